"""Networks for grey pictures of 28x28 and ten classes, unless something else is asked for."""

from hemline.networks import Inputs, Network, build_network
from hemline.pixels import Form

FORM = Form(28, 28, 1, "dark")


def build(kind, widths, seed, *, form=FORM, outputs=10, mean=None, **options) -> Network:
    inputs = Inputs(form, mean or (0.286,) * form.channels)
    return build_network(kind, widths, seed, inputs=inputs, outputs=outputs, **options)
