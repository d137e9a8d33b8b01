"""Plant.id's chatbot about one identification, simulated: it answers, and says that it knows nothing."""

from datetime import UTC, datetime
from typing import Any

from plant_simulator.plant_id.ask import read_json
from plant_simulator.plant_id.records import Conversation, Record
from plant_simulator.refusal import Refusal

_OPTIONS = ("model", "app_name", "prompt", "temperature")  # count with the first question only


def ask_question(record: Record, body: bytes, now: float) -> Conversation:
    """Put a question to the record's conversation, begun if need be. Raises Refusal; `now` is seconds since 1970."""
    data = read_json(body)
    question = data.get("question")
    if not isinstance(question, str) or not question.strip():
        raise Refusal(400, "Invalid JSON value error: question has to be a string")
    if record.conversation is None:
        options = {name: data[name] for name in _OPTIONS if name in data}
        record.conversation = Conversation({"model": "simulated"} | options)
    talk = record.conversation
    if talk.remaining_calls <= 0:
        raise Refusal(429, "The conversation reached its limit of calls.")
    talk.remaining_calls -= 1
    talk.messages += [
        {"content": question, "type": "question", "created": _timestamp(now)},
        {"content": _reply(record), "type": "answer", "created": _timestamp(now + 1e-6)},
    ]
    return talk


def give_feedback(record: Record, body: bytes) -> None:
    """Keep the client's feedback on the conversation, any JSON. Raises Refusal."""
    data = read_json(body)
    if record.conversation is None:
        raise Refusal(404, "The requested conversation does not exist.")
    if "feedback" not in data:
        raise Refusal(400, "Empty feedback provided.")
    record.conversation.feedback = data["feedback"]


def write_conversation(record: Record) -> dict[str, Any]:
    """The body of a conversation. Raises Refusal (404) when there is none."""
    talk = record.conversation
    if talk is None:
        raise Refusal(404, "The requested conversation does not exist.")
    return {
        "messages": talk.messages,
        "identification": record.token,
        "remaining_calls": talk.remaining_calls,
        "model_parameters": talk.model_parameters,
        "feedback": talk.feedback,
    }


def _reply(record: Record) -> str:
    best = record.verdict.ranking[0][0].name if record.verdict.ranking else "no plant"
    return f"This is a simulated answer about {best}. It holds no knowledge."


def _timestamp(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
