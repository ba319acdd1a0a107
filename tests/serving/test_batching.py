"""Gathering requests, with a model that can be held up."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from hemline.classifier import Answers
from hemline.serving.batching import Batcher
from hemline.serving.model import Answered
from hemline.serving.refusals import RefusedError


class Model:
    """Says of each picture the brightness of its first pixel; waits while it is held."""

    def __init__(self):
        self.batches, self.free = [], threading.Event()
        self.free.set()

    def answer(self, pixels):
        self.batches.append(len(pixels))
        assert self.free.wait(10)
        if pixels[:, 0, 1].any():
            raise ValueError("a bad batch")
        first = pixels.reshape(len(pixels), -1)[:, 0].astype(np.float32)
        return Answered(Answers(np.repeat(first[:, None], 3, axis=1), first), None)


@pytest.fixture
def model():
    return Model()


def pictures(*values):
    made = np.zeros((len(values), 28, 28), np.uint8)
    made[:, 0, 0] = values
    return made


def run(model, scenario, most=100):
    async def main():
        with ThreadPoolExecutor(1) as thread:
            return await scenario(Batcher(model.answer, thread, most))

    return asyncio.run(main())


def test_a_lone_request_goes_at_once(model):
    async def scenario(batcher):
        return await asyncio.wait_for(batcher.answer(pictures(7)), 5)

    assert run(model, scenario).answers.ood_score.tolist() == [7]
    assert model.batches == [1]


def test_requests_while_the_model_is_busy_go_together_and_each_gets_its_own(model):
    async def scenario(batcher):
        model.free.clear()
        first = asyncio.create_task(batcher.answer(pictures(1)))
        await asyncio.to_thread(until_busy, model)
        later = [asyncio.create_task(batcher.answer(pictures(*range(n)))) for n in (2, 3, 4)]
        await asyncio.sleep(0)
        model.free.set()
        return [task.answers.ood_score.tolist() for task in await asyncio.gather(first, *later)]

    assert run(model, scenario) == [[1], [0, 1], [0, 1, 2], [0, 1, 2, 3]]
    assert model.batches == [1, 9]


def test_batches_have_a_size(model):
    async def scenario(batcher):
        model.free.clear()
        tasks = [asyncio.create_task(batcher.answer(pictures(1))) for _ in range(70)]
        tasks.append(asyncio.create_task(batcher.answer(pictures(*[1] * 200))))
        await asyncio.sleep(0)
        model.free.set()
        await asyncio.gather(*tasks)

    run(model, scenario, most=1000)
    assert model.batches == [64, 6, 200]


def test_pictures_of_another_form_go_by_themselves(model):
    async def scenario(batcher):
        model.free.clear()
        first = asyncio.create_task(batcher.answer(pictures(1)))
        await asyncio.to_thread(until_busy, model)
        forms = (28, 28), (28, 28), (8, 20, 3), (8, 20, 3), (28, 28)
        later = [
            asyncio.create_task(batcher.answer(np.zeros((2, *form), np.uint8))) for form in forms
        ]
        await asyncio.sleep(0)
        model.free.set()
        await asyncio.gather(first, *later)

    run(model, scenario)
    assert model.batches == [1, 4, 4, 2]


def test_what_nobody_waits_for_is_not_asked(model):
    async def scenario(batcher):
        model.free.clear()
        first = asyncio.create_task(batcher.answer(pictures(1)))
        await asyncio.to_thread(until_busy, model)
        gone, stays = (asyncio.create_task(batcher.answer(pictures(n))) for n in (2, 3))
        await asyncio.sleep(0)
        gone.cancel()
        model.free.set()
        await asyncio.gather(first, stays)

    run(model, scenario)
    assert model.batches == [1, 1]


def test_an_error_reaches_those_who_asked_and_nobody_after_them(model):
    async def scenario(batcher):
        bad = pictures(1)
        bad[0, 0, 1] = 1
        with pytest.raises(ValueError, match="a bad batch"):
            await batcher.answer(bad)
        return await batcher.answer(pictures(5))

    assert run(model, scenario).answers.ood_score.tolist() == [5]


def test_a_full_queue_refuses_and_empties(model):
    async def scenario(batcher):
        model.free.clear()
        first = asyncio.create_task(batcher.answer(pictures(1)))
        await asyncio.to_thread(until_busy, model)
        waiting = [asyncio.create_task(batcher.answer(pictures(1))) for _ in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(RefusedError) as raised:
            await batcher.answer(pictures(1))
        model.free.set()
        await asyncio.gather(first, *waiting)
        await batcher.answer(pictures(1))
        return raised.value

    refused = run(model, scenario, most=5)
    assert refused.status == 503
    assert refused.headers == {"Retry-After": "1"}


def until_busy(model):
    while not model.batches:
        pass
