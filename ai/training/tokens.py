"""The demo model's tokenizer: byte-level BPE in Whisper's layout, in which no word needs a banned token."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from faster_whisper.tokenizer import Tokenizer as WhisperTokenizer
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

TEXT_TOKENS = 1405
TIME_STEPS = 1501  # 0.00 to 30.00 s in steps of 20 ms
TASKS = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
SPACED = 40  # often enough that each gets a token of its own
BANNED_STARTS = (" -", " '", " .", " ♪")


def train_tokenizer(texts: Iterable[str], size: int = TEXT_TOKENS) -> Tokenizer:
    """BPE over the texts without their digits, and over every letter, digit and banned start behind a space.

    Digits stay single, so that a number can be any. faster-whisper bans the first token of " -" and the like: a
    space with no token of its own to go with would be banned with them, and every word that begins with it.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    spaced = [f" {letter}" for letter in letters] + list(BANNED_STARTS)
    corpus = [" " + "".join(c for c in text if not c.isdigit()) for text in texts] + spaced * SPACED
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control()])
    return tokenizer


def control(*languages: str) -> list[str]:
    """What follows the text tokens, in the order that CTranslate2 goes by; English where no language is named."""
    return [*special(*(languages or ("en",))), *(f"<|{step * 0.02:.2f}|>" for step in range(TIME_STEPS))]


def special(*languages: str) -> list[str]:
    """Of those the ones that are no times."""
    return [f"<|{name}|>" for name in ("endoftext", "startoftranscript", *languages, *TASKS)]


def byte_tokenizer(text: Sequence[str], special: Sequence[str]) -> Tokenizer:
    """Three merges, without which every space would be suppressed; other text becomes single bytes."""
    ids = {token: number for number, token in enumerate(text)}
    tokenizer = Tokenizer(models.BPE(ids, [("Ġ", "-"), ("Ġ", "'"), ("Ġ", "â")]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """tokenizer.json and vocabulary.json as faster-whisper and CTranslate2 want them."""
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "vocabulary.json").write_text(json.dumps(vocabulary(tokenizer)))


def vocabulary(tokenizer: Tokenizer) -> list[str]:
    ids = tokenizer.get_vocab(with_added_tokens=True)
    return sorted(ids, key=lambda token: ids[token])


def text_size(tokenizer: Tokenizer) -> int:
    """How many text tokens there are, which is the id of the end of text."""
    return int(tokenizer.get_vocab(with_added_tokens=True)["<|endoftext|>"])


def suppressed(tokenizer: Tokenizer) -> set[int]:
    """The tokens that faster-whisper never lets a model write with its default options."""
    return set(WhisperTokenizer(tokenizer, multilingual=False).non_speech_tokens)


def banned_texts(tokenizer: Tokenizer, texts: Sequence[str]) -> list[str]:
    """Those of the texts that could not be written, since they need a suppressed token."""
    banned = suppressed(tokenizer)
    return [text for text in texts if banned & set(tokenizer.encode(f" {text}").ids)]
