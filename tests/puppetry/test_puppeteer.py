"""The puppet over time: following, resting, coming back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from faces import as_seen, moved, neutral_face, open_mouthed

from livegan.face_topology import Landmarks, mouth_opening
from livegan.model_card import PuppetLimits
from livegan.parameters import Values
from livegan.puppetry import Puppeteer
from livegan.puppetry.neutral import Neutral

LIMITS = PuppetLimits(24, 16, 18, 0.07, 0.12)
PUPPET = as_seen(neutral_face(0))
CALM = neutral_face(1, eyes_px=80, at=200)
SHOUT = moved(open_mouthed(CALM, 40), (12, 0, 0))
STEP_S = 1 / 30
VALUES = Values()


def puppeteer() -> Puppeteer:
    return Puppeteer(PUPPET, LIMITS, 256)


def play(
    player: Puppeteer,
    faces: Sequence[Landmarks | None],
    start_s: float = 0.0,
    values: Values = VALUES,
) -> list[Landmarks]:
    return [player.play(seen, start_s + k * STEP_S, values) for k, seen in enumerate(faces)]


def steps_between(poses: list[Landmarks]) -> Iterator[float]:
    for before, after in zip(poses, poses[1:], strict=False):
        yield float(np.abs(after - before).max())


def test_it_takes_the_neutral_in_the_first_steady_second() -> None:
    player = puppeteer()
    play(player, [as_seen(CALM)] * 20)
    assert "looking" in player.status
    play(player, [as_seen(CALM)] * 20, 20 * STEP_S)
    assert player.status == "playing"


def test_a_shout_is_not_taken_for_the_neutral() -> None:
    player = puppeteer()
    play(player, [as_seen(SHOUT)] * 90)
    posed = play(player, [as_seen(CALM)] * 60, 3.0)
    assert mouth_opening(posed[-1]) < 0.04


def test_recalibrating_takes_the_face_as_it_is_for_the_neutral() -> None:
    player = puppeteer()
    play(player, [as_seen(CALM)] * 45)
    leaning = moved(CALM, (0, 0, 14))
    assert np.abs(play(player, [as_seen(leaning)] * 30, 1.5)[-1] - PUPPET).max() > 5
    player.recalibrate()
    assert np.abs(play(player, [as_seen(leaning)] * 45, 2.5)[-1] - PUPPET).max() < 1


def test_without_a_face_it_holds_then_rests_without_a_jump() -> None:
    player = puppeteer()
    poses = play(player, [as_seen(CALM)] * 45 + [as_seen(SHOUT)] * 30)
    shouted = poses[-1]
    gone = play(player, [None] * 120, 75 * STEP_S)
    assert np.abs(gone[5] - shouted).max() < 1, "held"
    assert mouth_opening(gone[-1]) < 0.05, "not frozen in mid-grimace"
    assert max(steps_between([shouted, *gone])) < 6


def test_a_resting_puppet_breathes_and_blinks() -> None:
    poses = play(puppeteer(), [None] * 150)
    nose = np.array([posed[1, :2] for posed in poses])
    assert 0.5 < np.ptp(nose[:, 1]) < 12
    lids = [float(posed[145, 1] - posed[159, 1]) for posed in poses]
    assert min(lids) < 0.3 * max(lids)


def test_a_face_that_comes_back_is_joined_smoothly_and_soon() -> None:
    player = puppeteer()
    play(player, [as_seen(CALM)] * 45 + [None] * 90)
    resting = player.play(None, 135 * STEP_S, VALUES)
    back = play(player, [as_seen(SHOUT)] * 30, 136 * STEP_S)
    # The shout is 30 px away from the rest: no step takes more than half of that.
    assert max(steps_between([resting, *back])) < 15
    assert mouth_opening(back[15]) > 0.8 * mouth_opening(back[-1]) > 0.3


def test_smoothing_stills_noise_and_keeps_up_with_moves() -> None:
    random = np.random.default_rng(3)
    noisy: list[Landmarks | None] = [
        as_seen(CALM + random.normal(0, 0.4, CALM.shape)) for _ in range(120)
    ]
    spread = {}
    for smoothing in (0.0, 0.5):
        values = Values({"puppet.smoothing": smoothing})
        poses = play(puppeteer(), noisy, values=values)[60:]
        spread[smoothing] = float(np.std(poses, axis=0)[:468, :2].mean())
    assert spread[0.5] < 0.65 * spread[0.0]
    player = puppeteer()
    play(player, [as_seen(CALM)] * 60)
    opened = play(player, [as_seen(SHOUT)] * 4, 60 * STEP_S)
    assert mouth_opening(opened[2]) > 0.75 * 0.5


@pytest.mark.parametrize("gain, more", [(0.0, False), (2.0, True)])
def test_gains_play_their_part_of_the_face(gain: float, more: bool) -> None:
    poses = {}
    for value in (1.0, gain):
        values = Values({"puppet.mouth_gain": value})
        player = puppeteer()
        play(player, [as_seen(CALM)] * 45, values=values)
        shouted = play(player, [as_seen(open_mouthed(CALM, 15))] * 20, 1.5, values)
        poses[value] = mouth_opening(shouted[-1])
    if more:
        assert poses[gain] > 1.5 * poses[1.0]
    else:
        assert poses[gain] < 0.3 * poses[1.0]


def test_a_puppet_that_comes_in_mid_show_knows_the_neutral_and_is_where_the_performer_is() -> None:
    neutral = Neutral()
    first = Puppeteer(PUPPET, LIMITS, 256, neutral)
    play(first, [as_seen(CALM)] * 45)
    shouting = play(first, [as_seen(SHOUT)] * 30, 1.5)[-1]
    second = Puppeteer(PUPPET * 2, LIMITS, 512, neutral)
    came = second.play(as_seen(2 * SHOUT), 2.5, VALUES)
    assert second.status == "playing"
    assert mouth_opening(shouting) > 0.2, "or it would show nothing"
    assert np.abs(came / 2 - shouting).max() < 1, "twice the size, and from its first frame on"


def test_two_puppets_of_one_performer_learn_his_neutral_no_faster_than_one() -> None:
    neutral = Neutral()
    pair = [Puppeteer(PUPPET, LIMITS, 256, neutral) for _ in range(2)]
    for frame in range(20):
        for player in pair:
            player.play(as_seen(CALM), frame * STEP_S, VALUES)
    assert not neutral.taken
