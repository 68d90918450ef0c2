"""The errors of asking; they extend the tree of `vector_store.errors`.

NewsError
├── ConversationNotFoundError
├── AnswerNotFoundError
├── EvaluationInputError       questions or a report that an evaluation cannot use
├── InvalidCursorError
├── InvalidSettingsError
├── JobEndedError              a job that has ended cannot be cancelled
├── JobNotFoundError
├── PeerError                  a server under evaluation does not answer as it should
├── PortTakenError
├── ReaderModelError           the model that reads cannot be loaded
└── ServiceUnreachableError    the service that owns the data folder does not answer as it should
"""

from vector_store.errors import NewsError


class ConversationNotFoundError(NewsError):
    """No conversation has this id."""

    code = "conversation_not_found"

    def __init__(self, conversation_id: str) -> None:
        super().__init__(f"There is no conversation {conversation_id!r}; leave conversation_id out to start a new one.")
        self.conversation_id = conversation_id


class AnswerNotFoundError(NewsError):
    """No answer has this id."""

    code = "answer_not_found"

    def __init__(self, answer_id: str) -> None:
        super().__init__(f"There is no answer {answer_id!r}; GET /v1/conversations lists what has been asked.")
        self.answer_id = answer_id


class EvaluationInputError(NewsError):
    """What an evaluation was given to work with cannot be used."""

    code = "evaluation_input"

    def __init__(self, origin: str, problem: str) -> None:
        """`origin` names the file (and line) or the option; `problem` is a sentence that says what to do."""
        super().__init__(f"{origin}: {problem}")
        self.origin = origin


class PeerError(NewsError):
    """A server under evaluation cannot be reached, or answers something else than its contract says."""

    code = "peer"

    def __init__(self, url: str, reason: str) -> None:
        """`reason` is what went wrong on the way."""
        super().__init__(f"{url} gave no answer ({reason}). Check --url and --api, and that the server runs.")
        self.url = url
        self.reason = reason


class InvalidCursorError(NewsError):
    """The cursor of a list is not one that the list has given."""

    code = "invalid_cursor"

    def __init__(self) -> None:
        super().__init__("The cursor is not one of this list's; leave it out to start at the first page.")


class InvalidSettingsError(NewsError):
    """A setting has a value that it cannot have."""

    code = "invalid_settings"

    def __init__(self, problem: str) -> None:
        """`problem` names the setting and what is wrong with it."""
        super().__init__(f"{problem}. The README lists every setting.")


class JobNotFoundError(NewsError):
    """No job has this id."""

    code = "job_not_found"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"There is no job {job_id!r}; GET /v1/jobs lists the latest ones.")
        self.job_id = job_id


class JobEndedError(NewsError):
    """A job that has ended cannot be cancelled."""

    code = "job_ended"

    def __init__(self, job_id: str, state: str) -> None:
        """`state` is how it ended."""
        super().__init__(f"The job {job_id!r} has already ended ({state}); delete what it took in article by article.")
        self.job_id = job_id
        self.state = state


class ReaderModelError(NewsError):
    """The model that reads cannot be used."""

    code = "reader_model_unavailable"

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(f"The reader model {model!r} cannot be used: {reason}")
        self.model = model


class PortTakenError(NewsError):
    """The service cannot listen where it was told to."""

    code = "port_taken"

    def __init__(self, host: str, port: int, reason: str) -> None:
        """`reason` is what the system says."""
        super().__init__(
            f"Cannot listen on {host}:{port} ({reason}). Choose another --port, or --port 0 for a free one."
        )


class ServiceUnreachableError(NewsError):
    """A running service owns the data folder, and a command that has to go through it cannot."""

    code = "service_unreachable"

    def __init__(self, url: str, reason: str) -> None:
        """`reason` is what went wrong on the way."""
        super().__init__(
            f"The service at {url} owns the data folder but does not answer ({reason}). Wait for it, or stop it."
        )
        self.url = url
