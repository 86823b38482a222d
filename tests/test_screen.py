import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wordrel
from tests.conftest import rotated_spaces
from tests.reference import csls_table, few_different, unit
from tests.test_csls import assert_best, clustered
from wordrel import pool as pools
from wordrel import screen
from wordrel.axes import PrincipalAxes
from wordrel.blockwise import HalfRows
from wordrel.budget import limits
from wordrel.csls import CslsSearch
from wordrel.errors import InvalidParameter
from wordrel.nearest import nearest
from wordrel.pool import Pool
from wordrel.screen import Screen, screen_worth_having


@pytest.fixture
def soon(monkeypatch):
    """Screens of small pools, for the second search, whether that is worth it or not."""
    monkeypatch.setattr(screen, "_CHEAPER", 1e9)
    monkeypatch.setattr(pools, "_LARGE", 1)
    monkeypatch.setattr(pools, "_SEARCHES", 1)


def screen_of(pool: np.ndarray, n_axes: int) -> Screen:
    return Screen(pool, PrincipalAxes(pool).first(n_axes), float((pool**2).sum(axis=1).max()))


@pytest.mark.parametrize("k", [1, 10, 700])
def test_top_is_the_best_of_all_products(k):
    pool, queries = clustered(1, 700, 40, k=30), clustered(2, 9, 40, k=30)
    rows, scores = screen_of(pool, 9).top(queries, k)
    assert rows.shape == (9, k)
    assert_best(rows, scores, queries.astype(np.float64) @ pool.T.astype(np.float64))


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 90),
    st.integers(1, 6),
    st.sampled_from([1e-8, 1e-3, 1.0, 1e4]),
    st.integers(1, 12),
    st.integers(1, 6),
)
def test_equal_rows_of_any_length_come_in_their_order(seed, n, d, scale, k, width):
    rng = np.random.default_rng(seed)
    pool, queries = few_different(rng, n, d, scale), few_different(rng, 4, d)
    searched, k = screen_of(pool, width), min(k, n)
    rows, scores = searched.top(queries, k)
    products = searched.products(queries, np.broadcast_to(np.arange(n), (4, n)))
    np.testing.assert_array_equal(rows, np.argsort(-products, axis=1, kind="stable")[:, :k])
    np.testing.assert_array_equal(scores, np.take_along_axis(products, rows, axis=1))
    np.testing.assert_allclose(products, queries.astype(np.float64) @ pool.T, rtol=1e-5, atol=1e-5 * scale)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 12), st.integers(1, 14))
def test_bounds_by_the_first_axes_are_never_below_the_products(seed, n, d, width):
    rng = np.random.default_rng(seed)
    pool, queries = (unit(rng.normal(size=(rows, d))).astype(np.float32) for rows in (n, 5))
    axes = PrincipalAxes(pool)
    products = pool.astype(np.float64) @ queries.T
    fewer = axes.first(width)
    assert fewer.width == min(width, d) + 1
    bounds = fewer.shorten(pool) @ fewer.shorten(queries).T
    assert (bounds >= products - 1e-5).all()
    ((tried, same),) = axes.bounds(pool, queries, [width])
    assert tried == min(width, d)
    assert (same >= products - 1e-5).all()
    # Of a row that lies on the axes the square of what is left is known to some 1e-7, so its length to less than .001.
    np.testing.assert_allclose(same, bounds, atol=1e-3)
    all_axes = axes.shorten(pool) @ axes.shorten(queries).T
    np.testing.assert_allclose(all_axes, products, atol=1e-4)


def test_shares_of_the_first_axes():
    pool = np.diag(np.sqrt([1.0, 4.0, 5.0])).astype(np.float32)
    axes = PrincipalAxes(pool)
    np.testing.assert_allclose(axes.shares, [0.5, 0.9, 1.0])
    assert [axes.holding(share).width - 1 for share in (0.4, 0.6, 0.95, 1.0)] == [1, 2, 3, 3]


def test_axes_are_chosen_by_what_is_asked():
    rng = np.random.default_rng(0)
    steep = np.arange(1, 201, dtype=np.float32) ** -1.0
    pool, flat = unit(rng.normal(size=(20_000, 200)) * steep), unit(rng.normal(size=(3000, 200)))
    foreign = unit(rng.normal(size=(20, 200)) * steep**0.85)
    widths = [made.width for asked in (pool[:20], foreign) if (made := screen_worth_having(pool, asked, 1e9))]
    assert len(widths) == 2 and 40 <= widths[0] < widths[1] < 200
    assert screen_worth_having(flat, flat[:20], 1e9) is None
    # Where all rows lie in one direction, rounding is more than what tells them apart.
    alike = unit(rng.normal(size=(3000, 200)) * 0.001 + 1).astype(np.float32)
    assert screen_worth_having(alike, alike[:20], 1e9) is None
    long = (1e19 * pool[:2000]).astype(np.float32)
    assert screen_worth_having(long, pool[:5], 1e9) is None
    least = 4 * 20_000 * 41
    assert screen_worth_having(pool, pool[:20], least - 1) is None
    narrow = screen_worth_having(pool, foreign, least)
    assert narrow is None or narrow.width == 41


def test_a_screen_that_rules_nothing_out_is_given_up(monkeypatch):
    monkeypatch.setattr(pools, "_LARGE", 1)
    rng = np.random.default_rng(0)
    pool = unit(rng.normal(size=(20_000, 100)) * np.arange(1, 101) ** -1.5).astype(np.float32)
    searched = Pool(pool)
    searched.prepare(pool[:20])
    assert searched._screen is not None
    hard = unit(rng.normal(size=(20, 100)) * np.arange(1, 101) ** 2.0).astype(np.float32)
    found = [nearest(hard[i : i + 1], searched, 5) for i in range(pools._IN_VAIN + 1)]
    assert searched._screen is None and searched.screen(pool[:1]) is None
    for i, (rows, scores) in enumerate(found):
        assert_best(rows, scores, hard[i : i + 1].astype(np.float64) @ pool.T.astype(np.float64))


@pytest.mark.parametrize("half", [False, True])
def test_nearest_of_a_pool_is_the_same_at_every_search(half, soon):
    rows, queries = clustered(1, 500, 20), clustered(2, 7, 20)
    rows[[3, 100]] = 0
    rows[[50, 60]] = rows[40]
    queries[2] = 0
    stored = HalfRows(rows.astype(np.float16)) if half else rows
    searched = Pool(stored)
    first = nearest(queries, searched, 12)
    assert searched._screen is None
    second = nearest(queries, searched, 12)
    assert searched._screen is not None
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_allclose(first[1], second[1], atol=1e-6)
    assert (second[0][2] == -1).all() and not np.isin([3, 100], second[0]).any()


def test_a_screen_is_made_when_it_is_worth_its_price(monkeypatch):
    monkeypatch.setattr(pools, "_LARGE", 100)
    monkeypatch.setattr(screen, "_ALL_PASS", 300)
    rows = clustered(1, 200, 300)
    rows[:, 20:] /= 30

    def has_one(searched: Pool, n_queries: int, times: int = pools._SEARCHES + 1) -> bool:
        return [searched.screen(rows[:n_queries]) is not None for _ in range(times)][-1]

    assert has_one(Pool(rows), 1) and has_one(Pool(rows), pools._MOST_QUERIES)
    assert not has_one(Pool(rows), 1, pools._SEARCHES)
    assert not has_one(Pool(rows), 0) and not has_one(Pool(rows), pools._MOST_QUERIES + 1)
    assert not has_one(Pool(rows[:99]), 1)
    assert not has_one(Pool(unit(np.random.default_rng(0).normal(size=(200, 300))).astype(np.float32)), 1)
    least = 2 * 4 * 200 * 41  # of two languages, 32 axes and 8 more, and what they leave
    searched = Pool(rows)
    with limits(memory=least - 1):
        assert not has_one(searched, 1)
    with limits(memory=least):
        assert has_one(searched, 1, 1)
    monkeypatch.setattr(pools, "_MOST_BYTES", least - 1)
    assert not has_one(Pool(rows), 1)


def test_no_room_for_a_screen_is_no_trouble(soon, monkeypatch):
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(pools, "screen_worth_having", fail)
    rows = clustered(1, 200, 30)
    searched = Pool(rows)
    found = [nearest(rows[:1].astype(np.float64), searched, 3)[0].tolist() for _ in range(3)]
    assert found[0] == found[1] == found[2] and searched._screen is None


@pytest.mark.parametrize("k", [1, 5, 300])
def test_csls_of_single_words_is_that_of_the_full_computation(k, soon):
    source, target = clustered(1, 400, 24, k=50), clustered(2, 300, 24, k=50)
    target[[5, 9]] = target[70]  # ties
    target[17] = 0
    search = CslsSearch(source, target)
    found = [search.top(source[row : row + 1], k) for row in range(60)]
    assert search._targets._screen is not None
    assert (search._sources._screen is not None) == (k < 300)  # else all r_S were wanted at once
    rows, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    table = csls_table(source, np.delete(target, 17, axis=0), np.arange(60))
    assert_best(rows, scores, np.insert(table, 17, -np.inf, axis=1))
    with limits(memory=32 * 400 * 3):  # three queries at a time
        together, same = CslsSearch(search._sources, search._targets).top(source[:30], k)
    assert_best(together, same, np.insert(table, 17, -np.inf, axis=1)[:30])


def test_csls_makes_more_candidates_when_ties_go_beyond_them(soon):
    target = np.repeat(np.eye(3, dtype=np.float32), 1000, axis=0)
    source = np.repeat(np.eye(3, dtype=np.float32), 40, axis=0)
    search = CslsSearch(source, target)
    for query in (0, 1, 119):
        rows, _ = search.top(source[query : query + 1], 20)
        first = 1000 * (query // 40)
        assert rows.tolist() == [list(range(first, first + 20))]


def test_prepared_searches_have_their_screens_from_the_first(monkeypatch):
    monkeypatch.setattr(pools, "_LARGE", 1)
    monkeypatch.setattr(screen, "_CHEAPER", 1e9)
    source, target = clustered(1, 400, 24, k=50), clustered(2, 300, 24, k=50)
    search = CslsSearch(source, target)
    search.prepare()
    assert search._targets._screen is not None and search._sources._screen is not None
    rows, scores = search.top(source[:3], 5)
    assert_best(rows, scores, csls_table(source, target, np.arange(3)))
    CslsSearch(source[:0], target).prepare()
    CslsSearch(np.zeros((2, 24), dtype=np.float32), target).prepare()


def test_an_alignment_prepares_one_direction(monkeypatch):
    monkeypatch.setattr(pools, "_LARGE", 1)
    monkeypatch.setattr(screen, "_CHEAPER", 1e9)
    source, target = rotated_spaces()
    pairs = wordrel.BilingualDictionary([(f"s{i}", f"t{i}") for i in range(60)], "xx", "yy")
    alignment = wordrel.align(source, target, pairs, refine=0, rerank=False)
    before = [alignment.translate(word, scorer="nn") for word in ("s1", "s50")]
    alignment.prepare("xx", "yy", "nn")
    assert alignment._pool("yy")._screen is not None and alignment._pool("xx")._screen is None
    after = [alignment.translate(word, scorer="nn") for word in ("s1", "s50")]
    assert [[one.word for one in found] for found in before] == [[one.word for one in found] for found in after]
    alignment.on("cpu").prepare()  # nothing to be had
    alignment.prepare()
    assert alignment._pool("xx")._screen is not None
    with pytest.raises(InvalidParameter, match="no language 'zz'"):
        alignment.prepare("zz")
    with pytest.raises(InvalidParameter, match="unknown scorer 'foo'"):
        alignment.prepare(scorer="foo")  # type: ignore[arg-type]
