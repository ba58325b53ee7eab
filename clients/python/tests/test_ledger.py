"""The books of an ingest."""

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from sayso import SaysoError
from sayso._ingest import Ledger
from sayso.v1 import (
    ARTICLE_CHANGE_CREATED,
    ARTICLE_CHANGE_UNCHANGED,
    WAIT_FOR_DURABLE,
    WAIT_FOR_SEARCHABLE,
    Article,
    ArticleChange,
    IngestArticlesResponse,
    WaitFor,
)

BROKEN = SaysoError(grpc.StatusCode.UNAVAILABLE, "the connection broke")


def ledger(*ids: str, wait_for: WaitFor.ValueType = WAIT_FOR_SEARCHABLE, patience: float = 60) -> Ledger:
    """With articles that have been read from the source."""
    books = Ledger(wait_for, 10, patience)
    for number, one in enumerate(ids):
        books.add(Article(id=one, body=f"Number {number}."))
    return books


def sent(books: Ledger) -> list[int]:
    """Sends all that may be sent."""
    numbers = []
    while request := books.next():
        numbers.append(request.client_sequence)
    return numbers


def durable(number: int, change: ArticleChange.ValueType = ARTICLE_CHANGE_CREATED) -> IngestArticlesResponse:
    event = IngestArticlesResponse.DurableEvent(id="x", change=change, revision=1)
    return IngestArticlesResponse(client_sequence=number, durable=event)


def searchable(number: int) -> IngestArticlesResponse:
    event = IngestArticlesResponse.SearchableEvent(id="x")
    return IngestArticlesResponse(client_sequence=number, searchable=event)


def rejected(number: int, seconds: float | None) -> IngestArticlesResponse:
    status = Status(code=8 if seconds else 3, message="no")
    if seconds:
        status.details.add().Pack(RetryInfo(retry_delay=Duration(nanos=int(seconds * 1e9))))
    event = IngestArticlesResponse.RejectedEvent(id="x", status=status, retryable=seconds is not None)
    return IngestArticlesResponse(client_sequence=number, rejected=event)


def test_a_change_waits_for_an_earlier_one_of_the_same_article() -> None:
    books = ledger("a", "b", "a", "c")
    assert sent(books) == [1, 2]
    books.answered(durable(1))
    assert sent(books) == []
    acknowledged = books.answered(searchable(1))
    assert acknowledged is not None
    assert acknowledged.searchable
    assert sent(books) == [3, 4]


def test_articles_without_an_id_do_not_wait() -> None:
    assert sent(ledger("", "", "")) == [1, 2, 3]


def test_what_is_not_acknowledged_is_sent_again_in_order() -> None:
    books = ledger("a", "b", "c", "b")
    assert sent(books) == [1, 2, 3]
    books.answered(durable(1))
    books.answered(durable(2))
    assert books.answered(searchable(2)) is not None
    assert list(books.ended(BROKEN)) == []
    assert sent(books) == [1, 3, 4]


def test_the_first_answer_tells_what_a_change_did() -> None:
    books = ledger("a")
    sent(books)
    books.answered(durable(1))
    list(books.ended(BROKEN))
    sent(books)
    books.answered(durable(1, ARTICLE_CHANGE_UNCHANGED))
    acknowledged = books.answered(searchable(1))
    assert acknowledged is not None
    assert acknowledged.outcome == ARTICLE_CHANGE_CREATED


def test_durable_suffices_if_asked_for() -> None:
    books = ledger("a", wait_for=WAIT_FOR_DURABLE)
    sent(books)
    acknowledged = books.answered(durable(1))
    assert acknowledged is not None
    assert not acknowledged.searchable
    assert books.answered(searchable(1)) is None
    books.exhausted = True
    assert books.finished


def test_what_is_rejected_for_now_comes_first_again_after_the_pause() -> None:
    books = ledger("a", "b")
    assert sent(books) == [1, 2]
    assert books.answered(rejected(1, 0.05)) is None
    assert sent(books) == []
    assert 0 < books.pause <= 0.05
    while books.pause:
        pass
    assert sent(books) == [1]


def test_what_is_rejected_for_good_is_told() -> None:
    books = ledger("a")
    sent(books)
    acknowledged = books.answered(rejected(1, None))
    assert acknowledged is not None
    assert acknowledged.error is not None
    assert acknowledged.error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert acknowledged.outcome == 0


def test_a_stream_that_ends_well_leaves_durable_changes_and_resends_others() -> None:
    books = ledger("a", "b")
    sent(books)
    books.answered(durable(2))
    assert [one.searchable for one in books.ended(None)] == [False]
    assert sent(books) == [1]


def test_all_is_said_when_everything_is_durable() -> None:
    books = ledger("a")
    books.exhausted = True
    sent(books)
    assert not books.all_said
    books.answered(durable(1))
    assert books.all_said
    assert not books.finished


def test_patience_ends() -> None:
    books = ledger("a", patience=-1)
    with pytest.raises(SaysoError, match="the connection broke"):
        list(books.ended(BROKEN))


def test_what_does_not_pass_is_raised() -> None:
    with pytest.raises(SaysoError, match="no"):
        list(ledger("a").ended(SaysoError(grpc.StatusCode.PERMISSION_DENIED, "no", reason="SCOPE_MISSING")))


def test_the_window_is_full() -> None:
    books = ledger(*map(str, range(9)))
    assert not books.full
    books.add(Article(id="10"))
    assert books.full


def test_other_things_cannot_be_ingested() -> None:
    with pytest.raises(TypeError, match="expected an Article"):
        ledger().add("an article")  # type: ignore[arg-type]
