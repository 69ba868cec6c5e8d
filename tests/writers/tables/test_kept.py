from dataclasses import replace

from auditor.writers.tables.kept import KeptFixes


def test_fixes_come_back_whole_in_any_order(make):
    fixes = [
        *vars(make.fixes).values(),
        replace(make.fixes.role, title="half \ud83d", sources=("a", "b"), steps=("one", "\0", "three\n")),
    ]
    with KeptFixes() as kept:
        numbers = [kept.keep(fix) for fix in fixes]
        assert kept.get(numbers[0]) == fixes[0]
        numbers.append(kept.keep(fixes[0]))
        assert [kept.get(number) for number in reversed(numbers)] == [fixes[0], *reversed(fixes)]


def test_words_of_a_kept_fix_are_still_of_their_kind(make):
    with KeptFixes() as kept:
        again = kept.get(kept.keep(make.fixes.role))
    for name in ("desk", "effort", "disposition"):
        assert getattr(again, name) is getattr(make.fixes.role, name)
