"""How large a body may be follows from what it may hold."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from api.web.sizes import A_FEW, ESCAPED, LEAST, NUMBER, UNSAID, Size, most_of

SIGNS = len('"":,')


class Visit(BaseModel):
    name: Annotated[str, Field(max_length=10)]
    places: Annotated[list[Annotated[str, Field(max_length=5)]], Field(max_length=3)]
    length: int | None = None
    code: str = ""


Row = Annotated[list[int], Field(max_length=10_000)]
Sheet = Annotated[list[Row], Field(max_length=10_000)]


class Book(BaseModel):
    sheets: Annotated[list[Sheet], Field(max_length=10_000)]


router = APIRouter()


@router.post("/books")
def add_book(_: Book) -> None: ...


@router.post("/visits")
def add(_: Visit) -> None: ...


@router.post("/nothing")
def add_nothing() -> None: ...


def most(path: str) -> Size:
    return next(most_of(r) for r in router.routes if isinstance(r, APIRoute) and r.path == path)


def test_every_field_counts_with_its_name_and_the_longest_value_that_is_declared() -> None:
    name, length, code = 10 * ESCAPED, NUMBER, UNSAID
    places = len("[]") + 3 * (5 * ESCAPED + len(","))
    names = sum(len(each) + SIGNS for each in Visit.model_fields)

    assert most("/visits") == Size(
        LEAST + names + name + places + length + code,
        A_FEW + 1 + len(Visit.model_fields) + 3,
    )


def test_who_sends_nothing_may_send_a_little() -> None:
    assert most("/nothing") == Size(LEAST, A_FEW)


def test_how_large_what_nests_may_be_is_found_without_counting_each_part() -> None:
    numbers = 10_000**3
    lists = 1 + 10_000 + 10_000**2

    assert most("/books").values == A_FEW + 1 + lists + numbers
