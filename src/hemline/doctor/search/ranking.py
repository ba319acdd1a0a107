"""Ranking: how well a target does under a form."""

from hemline.doctor.case import Case
from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.measures.statistics import assigned_accuracy
from hemline.doctor.measures.untrained import untrained_reach
from hemline.doctor.replies.answers import Labels
from hemline.doctor.sample import Sample

_ANSWERED = 0.3  # of the pictures: who says less is judged by all of them
_PART = 120  # pictures, or three of each class: where many forms are tried


def rank(case: Case, forms: list[InputForm], sample: Sample) -> list[tuple[float, InputForm]]:
    """Forms by how well the target does under them, best first; refused ones are left out."""
    case.ask_ahead(forms, sample)
    taken = (form for form in forms if case.answers_if_taken(form, sample) is not None)
    found = [(value_of(case, form, sample), form) for form in taken]
    return sorted(found, key=lambda entry: -entry[0])


def value_of(case: Case, form: InputForm, sample: Sample) -> float:
    """Accuracy after renaming, less a little for the loss, which tells equal ones apart.

    Who says now and then that it does not know is judged by what it does say: any contrast that
    makes it bolder would be a repair otherwise.
    """
    answers, actual = case.answers(form, sample), sample.actual
    value = assigned_accuracy(*_answered(answers.labels, actual), case.k)
    losses = answers.losses(actual)
    return value if losses is None else value - 0.02 * min(float(losses.mean()), 5.0)


def _answered(labels: Labels, actual: Labels) -> tuple[Labels, Labels]:
    known = labels >= 0
    enough = known.mean() >= _ANSWERED
    return (labels[known], actual[known]) if enough else (labels, actual)


def part_of(case: Case, sample: Sample, count: int = 0) -> Sample:
    """The first pictures of a sample: so many, or enough to choose among many forms."""
    count = count or max(_PART, 3 * case.k)
    return Sample(f"{sample.name}-{count}", sample.pixels[:count], sample.actual[:count])


def reach_on(case: Case, sample: Sample) -> float:
    """What networks without training reach on a sample."""
    return untrained_reach(sample.pixels, sample.actual, case.k).renamed
