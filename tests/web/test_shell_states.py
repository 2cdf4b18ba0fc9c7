"""A record's state is the fold of what was done with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuudel.web.shell.states import CHANGED, CREATED, StateTable, Transition

NAMES = ("a", "b", "c", "d")
states = st.sampled_from(NAMES)
steps = st.builds(
    Transition,
    action=st.sampled_from(("go", "come", "stay", "leave")),
    start=st.lists(states, min_size=1, max_size=3, unique=True).map(tuple),
    end=states,
)
tables = st.builds(
    StateTable, first=states, transitions=st.lists(steps, unique_by=lambda s: s.action, max_size=4).map(tuple)
)


def fold(table: StateTable, actions: list[str]) -> str:
    state = ""
    for action in actions:
        state = table.after(state, action)
    return state


@given(tables, st.data())
def test_each_walk_of_possible_steps_folds_to_where_it_has_come(
    table: StateTable, data: st.DataObject
) -> None:
    state, actions = table.first, [CREATED]
    for _ in range(data.draw(st.integers(0, 12))):
        if data.draw(st.booleans()):
            actions.append(CHANGED)
            continue
        possible = table.steps_from(state)
        if possible:
            step = data.draw(st.sampled_from(possible))
            actions.append(step.action)
            state = step.end
    assert fold(table, actions) == state
    assert state in table.names


@given(tables, st.lists(st.sampled_from(("go", "come", "stay", "leave")), min_size=1, max_size=6))
def test_a_history_with_a_step_that_was_not_possible_is_found(table: StateTable, actions: list[str]) -> None:
    state, possible = table.first, True
    for action in actions:
        step = next((s for s in table.steps_from(state) if s.action == action), None)
        possible = step is not None
        if step is None:
            break
        state = step.end
    if possible:
        assert fold(table, [CREATED, *actions]) == state
    else:
        with pytest.raises(KeyError):
            fold(table, [CREATED, *actions])


def test_the_names_of_states_are_each_named_once_the_first_one_first() -> None:
    table = StateTable("b", (Transition("go", ("b", "a"), "c"), Transition("back", ("c",), "b")))
    assert table.names == ("b", "a", "c")
