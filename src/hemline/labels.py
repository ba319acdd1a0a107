"""The ten classes of Fashion-MNIST, in the order of their labels (Xiao et al., 2017)."""

CLASSES: tuple[str, ...] = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

# Labels of photographs that go beyond the ten classes.
NONE = len(CLASSES)  # none of them
ANY_SHOE = NONE + 1  # a sandal, a sneaker or an ankle boot: nobody said which
SHOES = (5, 7, 9)
