"""Following a back end that comes and goes."""

from itertools import count

from sigproxy.tui.updates import Arrived, Connected, Lost, Update, updates
from tests.tui.fakes import FakeControl, Story, status


async def take(control: FakeControl, wanted: int, session: str | None = None, since: int = 0) -> list[Update]:
    taken: list[Update] = []
    async for update in updates(control, session=session, since=since, retry=0):
        taken.append(update)
        if len(taken) == wanted:
            break
        if isinstance(update, Arrived):
            control.stop()
        elif isinstance(update, Lost):
            control.running = True
    return taken


def clicks(number: int) -> Story:
    story = Story()
    for place in range(number):
        story.click(str(place))
    return story


async def test_connects_reads_and_goes_on_from_where_it_was_after_a_stop() -> None:
    control = FakeControl(clicks(3).records)
    kinds = [type(update) for update in await take(control, 4)]
    assert kinds == [Connected, Arrived, Lost, Connected]
    control.push(*Story(start=3).records)
    assert control.followed_since == [0]


async def test_a_known_session_is_followed_from_the_last_record_seen() -> None:
    control = FakeControl(clicks(5).records)
    _, arrived = await take(control, 2, session="shop-1", since=3)
    assert isinstance(arrived, Arrived)
    assert [record.seq for record in arrived.records] == [4, 5]


async def test_another_session_is_read_from_its_start() -> None:
    control = FakeControl(clicks(2).records, status(session="shop-2"))
    _, arrived = await take(control, 2, session="shop-1", since=900)
    assert isinstance(arrived, Arrived)
    assert [record.seq for record in arrived.records] == [1, 2]


async def test_a_long_history_arrives_in_order_without_gaps() -> None:
    control = FakeControl(clicks(1_200).records)
    seen: list[int] = []
    async for update in updates(control, session=None, since=0, retry=0):
        if isinstance(update, Arrived):
            seen += [record.seq for record in update.records]
        if len(seen) == 1_200:
            break
    assert all(seq == place for seq, place in zip(seen, count(1), strict=False))
