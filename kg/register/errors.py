"""What the register refuses, and why."""


class RegisterError(ValueError):
    """The register can't do what it was asked; the message says why and what to do."""


class NotAllowed(RegisterError):
    """The issuer holds no such prefix or number, or the same person would act twice."""


class WrongState(RegisterError):
    """The application or code is not in the state that this step begins from."""


class UnknownEntry(RegisterError):
    """There is no such issuer, application or code in the register."""
