"""How often the service is right about the sample articles, wrong, or refuses.

    python benchmarks/quality.py [tune|test|all]

Right: the sentence that leads holds one of the accepted answers. The questions and their halves are ours:
tests/qa_service/sample_questions.jsonl; weights and threshold were chosen on the tune half only.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from qa_service.answer import Answer, Ask
from qa_service.service import open_service
from qa_service.settings import Settings

QUESTIONS = Path(__file__).parents[1] / "tests" / "qa_service" / "sample_questions.jsonl"


def verdict(answer: Answer, accepted: list[str]) -> str:
    """What the answer is worth, against the accepted answers (none: the articles do not say)."""
    refused = answer.status == "not_in_articles"
    if not accepted:
        return "rightly refused" if refused else "should have refused"
    if refused:
        return "refused"
    lead = " ".join(answer.text[answer.claims[0].start : answer.claims[0].end].split())
    return "right" if any(words.lower() in lead.lower() for words in accepted) else "wrong"


def main() -> None:
    """Ask and count."""
    half = sys.argv[1] if len(sys.argv) > 1 else "test"
    rows = [json.loads(line) for line in QUESTIONS.read_text().splitlines()]
    counts: Counter[str] = Counter()
    with TemporaryDirectory() as folder, open_service(Settings(data_dir=Path(folder))) as service:
        list(service.load_samples())
        for row in rows:
            if half in ("all", row["half"]):
                counts[verdict(service.answerer.answer(Ask(question=row["question"])), row["answers"])] += 1
    print(f"{half}: {sum(counts.values())} questions: {', '.join(f'{n} {what}' for what, n in sorted(counts.items()))}")


if __name__ == "__main__":
    main()
