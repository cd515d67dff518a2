"""What is written down of errors, where others read it later."""


def without_data(error: Exception) -> str:
    """Say what went wrong without repeating any data: only the kind and place of the error."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"
