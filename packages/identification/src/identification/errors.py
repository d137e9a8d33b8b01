"""Why no identification happened: what the caller can tell the user, in words the user understands."""


class IdentificationError(Exception):
    """Base of everything this package raises."""


class PhotoRefused(IdentificationError):  # noqa: N818 - the sentence a user reads; "Error" is said by the base
    """A photo that cannot be used. `code` is stable, `sentence` is for the user, `hint` says what to do instead.

    `position` counts the photos of one request from 0; None while only one is looked at.
    """

    code = "photo_refused"
    hint = "Send a JPEG, PNG, WebP, AVIF or HEIC photo of the plant."

    def __init__(self, sentence: str, *, position: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.position = sentence, position


class PhotoEmpty(PhotoRefused):
    """The file holds no bytes."""

    code = "photo_empty"
    hint = "Choose the photo again: the upload arrived without content."


class PhotoUnsupported(PhotoRefused):
    """The bytes are no photo in a format we read: text, SVG, a film."""

    code = "photo_unsupported"


class PhotoDamaged(PhotoRefused):
    """It starts like a photo and cannot be read to its end."""

    code = "photo_damaged"
    hint = "Take or export the photo again: this file is cut off or damaged."


class PhotoTooLarge(PhotoRefused):
    """More bytes or more pixels than we take."""

    code = "photo_too_large"
    hint = "Send a smaller version: 1500 pixels on the longer side is all that is used."


class PhotoTooSmall(PhotoRefused):
    """Too few pixels for anybody to see a plant."""

    code = "photo_too_small"
    hint = "Send a larger photo: 32 pixels on the shorter side are the least, 800 or more give better answers."


class QuestionInvalid(IdentificationError):  # noqa: N818 - as above
    """An option of the question is wrong. `field` names it as the caller spelt it, `sentence` says what is allowed."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field, self.sentence = field, sentence
