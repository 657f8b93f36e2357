"""Lesson 5.6: its figures are reproduced, its model translates, and its mistakes go wrong."""

from __future__ import annotations

import math
import re

import pytest
from lessons.stored import printed

from course_utils.language.bleu import bleu, brevity_penalty, corpus_bleu, modified_precision

TEXT = printed("5_sequence_models/06_seq2seq_beam_search")
REFERENCES = [text.split() for text in ("the cat is on the mat", "there is a cat on the mat")]


def numbers(pattern: str) -> list[float]:
    """All groups of the first match, as numbers."""
    return [float(group) for group in re.search(pattern, TEXT, re.MULTILINE).groups()]


def test_the_classic_figures_of_bleu():
    assert modified_precision(["the"] * 7, REFERENCES, 1) == (2, 7)
    assert modified_precision(["the", "cat", "the", "cat", "on", "the", "mat"], REFERENCES, 2) == (4, 6)
    assert brevity_penalty(4, 8) == pytest.approx(math.exp(1 - 8 / 4))
    assert brevity_penalty(8, 8) == brevity_penalty(9, 8) == 1
    for line in ("plain precision: 7/7", "clipped precision: 2/7", "p_2 = 4/6"):
        assert line in TEXT


def test_gradients_and_own_search_agree_with_the_course():
    assert "all 16 gradients pass the check: True" in TEXT
    assert "same best sentence in 120 of 120 searches; B = 1 is greedy in 40 of 40" in TEXT
    assert len(re.findall(r"same ten candidates as the loops: True", TEXT)) == 2


def test_the_model_translates_new_sentences():
    shares = [int(s) for s in re.findall(r"after epoch \d: (\d+)% of 400 held-out", TEXT)]
    assert shares == sorted(shares)
    assert shares[1] < 90 <= 99 <= shares[-1]
    *_, last, floor = (
        float(n) for n in re.search(r"each epoch: (.*)", TEXT)[1].replace("the truth:", "").split()
    )
    assert 0 < last - floor < 0.05


def test_a_narrower_bridge_loses_much():
    wide, narrow = (numbers(rf"^{n_a} units: .* about (\d+)% of 400")[0] for n_a in (64, 32))
    assert wide >= 95
    assert narrow < 75


def test_captions_are_mostly_right_and_nearly_always_english():
    right, english = numbers(r"captions of 400 .* about (\d+)% right, about (\d+)% in good English")
    assert 70 <= right < english <= 100


def test_greedy_sentence_is_less_probable_than_the_exact_one():
    (greedy,) = numbers(r"^greedy search writes:.*\(P = ([\d.]+)\)")
    (exact,) = numbers(r"^my brother must buy the old letter  \(P = ([\d.]+)\)")
    assert exact > greedy + 0.05
    has, must = numbers(r"^after brother .* has ([\d.]+),  must ([\d.]+)")
    assert has > must


def test_products_underflow_and_sums_do_not():
    assert re.search(r"^float32: product of the \d+ words 0 \(0 from word \d+ on\)", TEXT, re.M)
    assert re.search(r"^float64: product of the \d+ words 0 \(0 from word \d+ on\)", TEXT, re.M)
    assert numbers(r"sum of the logarithms: (-[\d.]+)")[0] < math.log(5e-324)


def test_longer_sentences_win_with_more_normalisation():
    rows = re.findall(
        r"^alpha ([\d.]+): mean length ([\d.]+) words, mean log-probability (-[\d.]+)", TEXT, re.M
    )
    lengths, log_p = [float(row[1]) for row in rows], [float(row[2]) for row in rows]
    assert lengths == sorted(lengths)
    assert log_p == sorted(log_p, reverse=True)


def test_wider_beams_find_more_and_work_more():
    table = TEXT[TEXT.index("finds the most probable ") : TEXT.index("beginnings extended by exact")]
    rows = re.findall(r"^ +(\d+) +(\d+)% +(-[\d.]+) +(\d+)$", table, re.M)
    share, log_p, work = ([float(row[i]) for row in rows] for i in (1, 2, 3))
    assert [int(row[0]) for row in rows] == [1, 2, 3, 4, 6, 10]
    assert share == sorted(share)
    assert log_p == sorted(log_p)
    assert work == sorted(work)
    assert share[0] < 75
    assert share[-1] == 100


def test_wider_beams_move_the_fault_to_the_model():
    table = TEXT[TEXT.index("search at fault   model at fault") :]
    rows = [[int(n) for n in row] for row in re.findall(r"^ +(\d+) +(\d+) +(\d+) +(\d+)$", table, re.M)[:3]]
    assert all(wrong == search + model for _, wrong, search, model in rows)
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True)
    assert rows[-1][2] == 0 < rows[0][2]
    written, right = numbers(r"written +(-[\d.]+) .*\n +right +(-[\d.]+) .*\n +at fault: the search")
    assert right > written
    written, right = numbers(r"written +(-[\d.]+) .*\n +right +(-[\d.]+) .*\n +at fault: the model")
    assert right <= written


def test_bleu_orders_models_and_searches():
    rows = {
        (a, b.strip()): (float(c), float(d))
        for a, b, c, d in re.findall(
            r"^(half-trained|trained) +(\D+?) +(?:5 +)?([\d.]+) +([\d.]+)$", TEXT, re.M
        )
    }
    one, many = ({key: value[i] for key, value in rows.items()} for i in (0, 1))
    assert many["trained", "greedy"] > many["half-trained", "greedy"] > many["half-trained", "sampled"]
    assert one["trained", "greedy"] > one["trained", "sampled"]
    assert many["trained", "greedy"] - one["trained", "greedy"] > 0.2


def test_mistakes_go_wrong():
    assert re.search(r"overflow, .* inf", TEXT)
    assert re.search(r"underflow, .* 0\.0$", TEXT, re.M)
    assert re.search(r"by products: +False", TEXT)
    assert re.search(r"by logarithms: +True", TEXT)
    assert numbers(r"^perfect +with the logarithm ([\d.]+)   without ([\d.]+)") == [1, 2.718]
    assert numbers(r"^nothing right +with the logarithm ([\d.]+)   without ([\d.]+)") == [0, 1]
    right, wrong = numbers(r"^two words of it +right ([\d.]+)   with the penalty upside down ([\d.]+)")
    assert right < 0.1 < 1 < wrong
    moved = numbers(r"^states moved along: about (\d+)%")[0]
    assert moved > numbers(r"^states left behind: about (\d+)%")[0] + 20
    assert (
        numbers(r"corpus BLEU ([\d.]+)   mean of the sentences")[0]
        > numbers(r"mean of the sentences ([\d.]+)")[0]
    )
    (half, half_without), (whole, whole_without) = (
        numbers(
            rf"log P with <EOS> +(-[\d.]+)   without +(-[\d.]+) +my brother must buy the old letter{end}$"
        )
        for end in ("", " this weekend")
    )
    assert half < whole
    assert half_without > whole_without


def test_sentence_and_corpus_bleu_differ_as_the_lesson_says():
    whole = ["a", "b", "c", "d", "e", "f"]
    poor = ["a", "x", "c", "y", "e", "z"]
    assert bleu(poor, [whole]) == 0
    assert 0 < corpus_bleu([whole, poor], [[whole], [whole]]) < 1
