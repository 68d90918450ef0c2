"""Questions first: bulk work waits for them, but not for ever."""

from threading import Event, Thread

from vector_store.precedence import Precedence


def test_where_nobody_asks_nothing_waits() -> None:
    Precedence(patience=3_600).give_way()


def test_bulk_work_goes_on_when_the_last_question_is_answered() -> None:
    precedence = Precedence(patience=3_600)
    gone_on = Event()

    def work() -> None:
        precedence.give_way()
        gone_on.set()

    worker = Thread(target=work)
    with precedence.question():
        with precedence.question():
            worker.start()
        assert not gone_on.wait(0.05)
    worker.join()
    assert gone_on.is_set()


def test_a_question_that_fails_is_over_too() -> None:
    precedence = Precedence(patience=3_600)
    try:
        with precedence.question():
            raise ValueError
    except ValueError:
        precedence.give_way()


def test_questions_without_end_do_not_stop_bulk_work() -> None:
    precedence = Precedence(patience=0.01)
    with precedence.question():
        precedence.give_way()
