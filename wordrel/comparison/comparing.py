"""Two spaces and a number of anchors in, a frozen report out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from wordrel.comparison.agreement import Agreement, agreement
from wordrel.comparison.draws import draw_anchors
from wordrel.comparison.forms import FormRows, Forms, check_forms
from wordrel.comparison.neighbours import examples, look_up, places_of
from wordrel.comparison.picture import draw
from wordrel.comparison.report import ComparedSpace, ComparisonReport, FormScores
from wordrel.comparison.settings import FORMS, Settings, settings_of
from wordrel.comparison.shared import SharedWords, names_of, share, source_of
from wordrel.embeddings import Embeddings
from wordrel.errors import InvalidParameter
from wordrel.topk import Rows

# As many as can be told apart in a picture.
_SHOWN = 60


def compare(
    one: Embeddings,
    other: Embeddings,
    *,
    anchors: int | None = None,
    strategy: str = "uniform",
    seeds: int | Iterable[int] = 10,
    k: int | None = None,
    depths: Sequence[int] | None = None,
    skip: int | None = None,
    alphabetic: bool | None = None,
    min_length: int | None = None,
    limit: int | None = None,
    queries: int | str | None = None,
    ask_anchors: bool | None = None,
    protocol: str | None = None,
    forms: Sequence[str] = FORMS,
    words: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
) -> ComparisonReport:
    """Compare two spaces of one language: do the same words have the same neighbours?

    Parameters
    ----------
    one, other : Embeddings
        Words are the same when they are spelt alike.
    anchors : int, optional
        How many anchors a draw has; 300 when left out.
    strategy : str
        A name in `wordrel.strategies.STRATEGIES`, or ``top:N`` for a uniform draw from the first N words.
    seeds : int or iterable of int
        Draws of anchors: so many from seed 0 on, or these seeds. A strategy that leaves nothing to chance is run once.
    k, depths, skip, alphabetic, min_length, limit, queries, ask_anchors : optional
        See `wordrel.comparison.Settings`; where left out, those of the protocol, and else the defaults there.
    protocol : {"paper"}, optional
        Take the settings of Moschella et al. (2023), which the others change.
    forms : sequence of {"absolute", "relative", "whitened"}
        What the spaces are compared as (`wordrel.comparison.forms`).
    words : sequence of str
        Words whose neighbours are shown; five frequent ones when left out.
    progress : callable, optional
        Called with the name of each step.

    Returns
    -------
    ComparisonReport

    Raises
    ------
    InvalidParameter
        When the spaces have no word in common, or too few for so many anchors or neighbours, and for settings that
        cannot be.

    Warns
    -----
    WordrelWarning
        When words were left out because a vector is zero.

    References
    ----------
    Moschella et al., "Relative representations enable zero-shot latent space communication", ICLR 2023, section 4.1 and
    table 1. There the spaces are fastText and word2vec, 300 dimensions each.
    """
    settings, changed = settings_of(
        protocol, anchors=anchors, k=k, depths=None if depths is None else tuple(depths), skip=skip,
        alphabetic=alphabetic, min_length=min_length, limit=limit, queries=queries, ask_anchors=ask_anchors,
    )  # fmt: skip
    drawn = _seeds(seeds)
    forms = check_forms(forms)
    step = progress or _nothing
    step("finding shared words")
    shared = share(one, other, settings)
    settings = _fitting(settings, len(shared.words))
    shown = places_of(words, shared.words)
    draws = draw_anchors(strategy, shared.source, shared.target, settings.anchors, drawn)
    run = _Run(Forms(shared.source, shared.target), settings)
    found: dict[str, list[tuple[Agreement, Agreement]]] = {name: [] for name in forms}
    first: dict[str, FormRows] = {}
    asked = np.empty(0, dtype=np.int64)
    for seed, chosen in draws.items():
        asked = run.asked(len(shared.words), chosen, seed)
        for name in forms:
            if name == "absolute" and found[name]:
                continue
            step(name if name == "absolute" else f"{name}, seed {seed}")
            rows = run.forms.make(name, chosen)
            first.setdefault(name, rows)
            found[name].append(run.agreements(rows, asked))
    step("neighbours and picture")
    avoided = set(next(iter(draws.values())).tolist())
    shown = shown or examples(shared.words, avoided)
    last = forms[-1]
    return ComparisonReport(
        _spaces(one, other),
        shared.n_shared,
        len(shared.words),
        shared.n_zero,
        len(asked),
        settings,
        protocol,
        changed,
        strategy,
        tuple(draws),
        run.forms.padded,
        tuple(FormScores.of(name, both) for name, both in found.items()),
        tuple(look_up(shared.words, shown, first, settings.k)),
        draw(shared.words, _pictured(shared, avoided), run.forms, first[last], last),
    )


class _Run:
    """What is the same for all draws."""

    def __init__(self, forms: Forms, settings: Settings) -> None:
        self.forms = forms
        self._settings = settings

    def asked(self, n_words: int, anchors: Rows, seed: int) -> Rows:
        """Places of the words to ask, ascending."""
        everyone = np.arange(n_words)
        asked = everyone if self._settings.ask_anchors else np.setdiff1d(everyone, anchors)
        n_asked = len(asked) if isinstance(self._settings.queries, str) else self._settings.queries
        if n_asked >= len(asked):
            return asked
        # Not the numbers that the anchors are drawn with.
        generator = np.random.default_rng([seed, 1])
        return np.sort(generator.choice(asked, n_asked, replace=False))

    def agreements(self, rows: FormRows, asked: Rows) -> tuple[Agreement, Agreement]:
        """Both directions."""
        k, depths = self._settings.k, self._settings.depths
        return agreement(rows, asked, k, depths), agreement(rows.turned(), asked, k, depths)


def _seeds(seeds: int | Iterable[int]) -> tuple[int, ...]:
    drawn = tuple(range(seeds)) if isinstance(seeds, int) else tuple(dict.fromkeys(seeds))
    if not drawn:
        raise InvalidParameter(f"the number of seeds must be 1 or more, not {seeds if isinstance(seeds, int) else 0}")
    if min(drawn) < 0:
        raise InvalidParameter(f"a seed must be 0 or more, not {min(drawn)}")
    return drawn


def _fitting(settings: Settings, n_words: int) -> Settings:
    """Refuse more anchors and neighbours than there are words; of the depths leave out those that are too deep."""
    most = n_words if settings.ask_anchors else n_words - 1
    if settings.anchors > most:
        left = "" if settings.ask_anchors else " with one left to ask"
        raise InvalidParameter(
            f"{settings.anchors:,} anchors cannot be drawn from {n_words:,} words{left}; take {most:,} or fewer"
        )
    if settings.k > n_words:
        raise InvalidParameter(
            f"k is {settings.k:,}, but only {n_words:,} words are compared; take {n_words:,} or less"
        )
    depths = sorted({settings.k, *(depth for depth in settings.depths if depth <= n_words)})
    return replace(settings, depths=tuple(depths))


def _spaces(one: Embeddings, other: Embeddings) -> tuple[ComparedSpace, ComparedSpace]:
    left, right = (
        ComparedSpace(name, source_of(space), space.language, len(space), space.dimensions)
        for name, space in zip(names_of(one, other), (one, other), strict=True)
    )
    return left, right


def _pictured(shared: SharedWords, avoided: set[int]) -> list[int]:
    """The most frequent words that are no anchors: after all, an anchor stands where it was put."""
    return examples(shared.words, avoided, min(_SHOWN, len(shared.words)))


def _nothing(step: str) -> None: ...
