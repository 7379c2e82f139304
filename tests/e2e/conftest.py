"""Stories: files whose tests are the steps of one life, each going on where the last one ended."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run a story from its beginning, in its order, as far as the last step that is asked for."""
    modules = dict.fromkeys(item.getparent(pytest.Module) for item in items)
    for module in modules:
        if module is None or not module.get_closest_marker("story"):
            continue
        asked = [item for item in items if item.getparent(pytest.Module) is module]
        names = {item.nodeid for item in asked}
        steps = [step for step in module.collect() if isinstance(step, pytest.Item)]
        last = max(number for number, step in enumerate(steps) if step.nodeid in names)
        at = items.index(asked[0])
        items[:] = [item for item in items if item not in asked]
        items[at:at] = steps[: last + 1]
