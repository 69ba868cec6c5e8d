from dataclasses import dataclass

from auditor.model import Question, Subject
from auditor.writers.tables.places import SharedPlaces


@dataclass
class Item:
    subject: Subject
    question: Question = Question.REALM


ANNA, BERT = (
    Item(Subject("account", "anna@contoso.example")),
    Item(Subject("account", "bert@contoso.example")),
)
TENANT = Item(Subject("tenant", "contoso.example"), Question.TENANT)
CASE = Item(Subject("case", "anna | app | host"), Question.PASSWORD)


def test_what_there_is_of_an_account_stands_once_wherever_its_cases_come():
    places = SharedPlaces()
    assert places.record(ANNA, 0) is None
    places.stands(ANNA, 0, 0)
    assert places.record(BERT, 7) is None
    places.stands(BERT, 7, 5)
    assert (places.record(ANNA, 0), places.record(BERT, 7)) == (0, 5)
    assert places.record(Item(Subject("account", "carl@contoso.example")), 3) is None


def test_each_question_about_an_account_stands_for_itself():
    places = SharedPlaces()
    places.stands(ANNA, 0, 4)
    assert places.record(Item(ANNA.subject, Question.PASSWORD), 0) is None


def test_what_there_is_of_a_tenant_stands_once_for_all_accounts():
    places = SharedPlaces()
    places.stands(TENANT, 0, 2)
    assert places.record(TENANT, 9) == 2


def test_what_there_is_of_a_case_is_shared_with_nobody_and_not_kept():
    places = SharedPlaces()
    places.stands(CASE, 0, 2)
    assert places.record(CASE, 0) is None
