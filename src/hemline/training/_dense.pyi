inputs: int
outputs: int

def epoch(*arguments: object) -> tuple[float, int, int]: ...
