import pytest

from plant_simulator.multipart import NotAForm, read_form

KIND = "multipart/form-data; boundary=XX"


def form(*parts):
    """The body of a form."""
    return b"".join(b"--XX\r\n" + part + b"\r\n" for part in parts) + b"--XX--\r\n"


def test_read_form_gives_bytes_as_they_were_sent():
    """Line ends, dashes and boundaries within a file are part of it."""
    data = b"\r\n--X\r\n\x00--XX\r\n\r\n"
    head = b'Content-Disposition: form-data; name="images"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    (part,) = read_form(form(head + data), KIND)
    assert (part.name, part.filename, part.content_type, part.data) == ("images", "a.jpg", "image/jpeg", data)


def test_read_form_keeps_order_and_tells_texts_from_files():
    """A text field has no file name."""
    first = b'Content-Disposition: form-data; name="organs"\r\n\r\nleaf'
    second = b'content-disposition: form-data; name="organs"\r\n\r\n' + "größe".encode()
    parts = read_form(b"preamble\r\n" + form(first, second), 'multipart/form-data; boundary="XX"')
    assert [(part.name, part.text, part.filename) for part in parts] == [
        ("organs", "leaf", None),
        ("organs", "größe", None),
    ]


def test_read_form_of_no_parts_is_empty():
    """A form may be empty."""
    assert read_form(b"--XX--\r\n", KIND) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", KIND),
        (b"nonsense", KIND),
        (b"--XX\r\nno end", KIND),
        (form(b"no headers"), KIND),
        (form(b"Content-Type: text/plain\r\n\r\nx"), KIND),
        (form(b"Content-Disposition: attachment; name=a\r\n\r\nx"), KIND),
        (form(b"Content-Disposition: form-data\r\n\r\nx"), KIND),
        (form(), "multipart/form-data"),
    ],
)
def test_read_form_refuses_what_is_no_form(body, kind):
    """Broken bodies are refused, not guessed."""
    with pytest.raises(NotAForm):
        read_form(body, kind)
