"""Kinds that are flows of others."""

from pydantic import BaseModel

from jobs.kind import Context, Flow, FlowKind, Kind, Retry


class Words(BaseModel):
    words: list[str]
    fail: bool = False


class Sentence(BaseModel):
    text: str


async def put_together(input: Words, ctx: Context) -> Sentence:
    await ctx.progress("joining", 1, 1, message="Putting words together")
    if input.fail:
        raise ValueError("as asked")
    return Sentence(text=" ".join(input.words))


class Greeting(BaseModel):
    name: str
    error: str | None = None


class Greeted(BaseModel):
    text: str
    loud: str


def greet(input: Greeting) -> Flow:
    flow = Flow()
    if input.error:
        flow.step("first", "boom", {"error": input.error})
        name = flow.step("name", "echo", {"text": input.name}, after=[flow.steps[0]])
    else:
        name = flow.step("name", "echo", {"text": input.name})
    text = flow.step("text", "sentence", {"words": ["Hello", name.output("/text")]})
    loud = flow.step("loud", "echo", {"text": text.output("/text"), "times": 2})
    flow.output = {"text": text.output("/text"), "loud": loud.output("/text")}
    return flow


sentence = Kind("sentence", Words, Sentence, put_together, retry=Retry(attempts=1))
greeting = FlowKind("greeting", Greeting, Greeted, greet, description="Say hello.")
