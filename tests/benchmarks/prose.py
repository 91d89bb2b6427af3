"""Vietnamese-looking prose without end, about as compressible as the articles of real portals.

The sentences of the replica alone would be far too easy: there are 42 of them, and a dictionary would know them all. So
most sentences are put together from phrases, which are put together from syllables, both drawn as often as in real
texts (Zipf). They are written as Vietnamese is and mean nothing.

Compressed with zstd, texts of 8.5 KB (in brackets those of the same size on the mirrored portal, on 2026-11-25): alone,
level 3, 37 % (36) of their size; against a dictionary trained on others of the portal, level 12, 20 % (20); 1.5 MB of
them at once, level 19, 16 % (16). 350,000 words are 3,200 different ones (3,900).
"""

from itertools import accumulate
from random import Random

from archiver.demo_portal.phrases import SENTENCES, fill

_ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x".split()
_RHYMES = (
    "a à á ả ạ an àn án ản ạn ang àng áng ảng ạng ao ào áo ảo ạo ay ày áy ảy ạy ân ần ấn ẩn ận âm ầm ấm ẩm ậm "
    "âu ầu ấu ẩu ậu ê ề ế ể ệ iên iền iến iển iện iêu iều iếu iểu iệu inh ình ính ỉnh ịnh o ò ó ỏ ọ "
    "oan oàn oán oản oạn ô ồ ố ổ ộ ông ồng ống ổng ộng ơ ờ ớ ở ợ ơi ời ới ởi ợi u ù ú ủ ụ ung ùng úng ủng ụng "
    "ư ừ ứ ử ự ưng ừng ứng ửng ựng ương ường ướng ưởng ượng uyên uyền uyến uyển uyện"
).split()
_SYLLABLES, _PHRASES = 2_600, 200_000
_OWN = 0.12
"""The share of sentences that are the replica's own."""


class Prose:
    """Writes sentences; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        syllables = self._make_syllables()
        usual = _weigh(_SYLLABLES, 1.15)
        self._phrases = [self._make_phrase(syllables, usual) for _ in range(_PHRASES)]
        self._weights = _weigh(_PHRASES, 1)

    def write_paragraphs(self, size: int) -> tuple[str, ...]:
        """Write paragraphs of three to five sentences, ``size`` bytes of UTF-8 in all, or up to a sentence more."""
        paragraphs: list[str] = []
        while size > 0:
            sentences: list[str] = []
            for _ in range(self._chance.randint(3, 5)):
                if size > 0:
                    sentences.append(self._write_sentence())
                    size -= len(sentences[-1].encode()) + 1
            paragraphs.append(" ".join(sentences))
        return tuple(paragraphs)

    def _write_sentence(self) -> str:
        if self._chance.random() < _OWN:
            return fill(self._chance.choice(SENTENCES), self._chance)
        phrases = self._chance.choices(self._phrases, cum_weights=self._weights, k=self._chance.randint(4, 9))
        text = " ".join(phrases)
        return f"{text[0].upper()}{text[1:]}."

    def _make_syllables(self) -> list[str]:
        every = {onset + rhyme for onset in _ONSETS for rhyme in _RHYMES}
        return self._chance.sample(sorted(every), _SYLLABLES)

    def _make_phrase(self, syllables: list[str], weights: list[float]) -> str:
        words = self._chance.choices(syllables, cum_weights=weights, k=self._chance.randint(2, 5))
        return " ".join(words)


def _weigh(count: int, steepness: float) -> list[float]:
    """Return how often each of a list is drawn, added up: with a steepness of 1 the tenth a tenth as often."""
    return list(accumulate((place + 2) ** -steepness for place in range(count)))
