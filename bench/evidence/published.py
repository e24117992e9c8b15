"""Which data are judged: each file, its commit and licence, the kinds of work in it, and what of it is withheld."""

from __future__ import annotations

from bench.evidence.rule import ALL
from bench.evidence.sets import BILL, LIST, Published
from bench.importers import Provenance

AGENTIC, CODING, REASONING, TOOLS = "agentic coding", "coding", "reasoning", "customer service with tools"
_SWE_BENCH = Provenance(
    "SWE-bench/swe-bench.github.io", "f1176b65ae29d14f4f52208b48e3d8cfc972bc17", "2026-11-22", "CC BY-NC 4.0"
)
_AIDER = Provenance("Aider-AI/aider", "5dc9490bb35f9729ef2c95d00a19ccd30c26339c", "2026-11-22", "Apache-2.0")
_ARC = Provenance(
    "ARC Prize's leaderboard, as mirrored in hu-qi/arcprize-leaderboard-zh",
    "228d5b4183cba433d39a4d16b6a88ef75bc97d7a",
    "2026-11-30",
    "none in the repository: figures only",
)
SETS = (
    Published(
        name="livebench-2026-06",
        title="LiveBench 2026-06-25 (table last changed 2026-08-22)",
        short="LiveBench",
        files=(
            ("livebench/table_2026_06_25.csv", "40f3b7f4cac530f4358187a399090a1c320e65eac3e0175d3c15a8db523354e8"),
            ("livebench/cost_2026_06_25.csv", "354e726d5610dc85e3f20c844e96aee08c71f60727cfd0c31966a0df634c6f37"),
            (
                "livebench/categories_2026_06_25.json",
                "dad300ad18655b69db720e1b88fc5a5eac06c5b2f0e52c2bf50f10ff057674f3",
            ),
        ),
        format="livebench",
        provenance=Provenance(
            "LiveBench/new-livebench",
            "5b4fdee06377576868759337d29b05dec4eed3e9",
            "2026-11-30",
            "none in the repository: figures only",
        ),
        kinds={
            "livebench": ALL,
            "livebench-agentic-coding": AGENTIC,
            "livebench-coding": CODING,
            "livebench-reasoning": REASONING,
            "livebench-mathematics": "mathematics",
            "livebench-language": "language",
            "livebench-if": "instructions",
            "livebench-data-analysis": "data analysis",
        },
        whole="livebench",
        basis=BILL,
        listed="2026-08-22",
        withheld=(
            "the averages of input tokens: about 1,300 a question for most Claude rows and 30,000 to 470,000 for all "
            "others, so they do not count the same thing; the dollars are used as stated",
            "the overall averages that LiveBench prints: means of category means; here every question counts the same",
        ),
    ),
    Published(
        name="swe-bench-2025-12",
        title="SWE-bench Verified, mini-SWE-agent 1.x (December 2025)",
        short="SWE 2025",
        files=(
            (
                "swebench/bash_only_2025-12-10_models.csv",
                "2d70b2c42d75b907c43d4bb5ea462fec821bfdde244978907506feb8eabe78f0",
            ),
            (
                "swebench/bash_only_2025-12-10_instances.csv.gz",
                "33690d84f46a2117dc380bc1bdd0295f8f45119305476144f9d2d38404a9ee15",
            ),
        ),
        format="swebench",
        provenance=_SWE_BENCH,
        kinds={"swe-bench-verified": AGENTIC},
        basis=LIST,
    ),
    Published(
        name="swe-bench-2026-02",
        title="SWE-bench Verified, mini-SWE-agent 2.x (February 2026)",
        short="SWE 2026",
        files=(
            (
                "swebench/mini_v2_2026-02_models.csv",
                "04cb7590324ef52e9b0fc295c68e46c2aca3161514c7179ba0d36d3147a538cf",
            ),
        ),
        format="swebench",
        provenance=Provenance(
            "SWE-bench/swe-bench.github.io, as quoted in ukitako1030/EVAL",
            "1fca05359d3c",
            "2026-11-22",
            "CC BY-NC 4.0",
        ),
        kinds={"swe-bench-verified": AGENTIC},
        basis=LIST,
    ),
    Published(
        name="harbor-index-2026-08",
        title="Harbor-Index, 82 agent tasks (August 2026)",
        short="Harbor",
        files=(("harbor_index/pairs.csv", "00d48a308815024db8cd8da5819973b736115217cb3298d74314082078540d6c"),),
        format="harbor",
        provenance=Provenance(
            "harbor-framework/terminal-bench-website",
            "7def362003a7a99d91dacb26f0aafeee5bdc8c14",
            "2026-11-30",
            "not seen: figures only",
        ),
        kinds={"harbor-index": AGENTIC},
        basis=BILL,
        listed="2026-08-31",
    ),
    Published(
        name="terminal-bench-2025-12",
        title="Terminal-Bench 2, Terminus 2, 74 tasks (December 2025)",
        short="Terminal-Bench",
        files=(
            (
                "terminal_bench2/trial_token_usage.csv.gz",
                "d681ac034aa3706cc08c6ca47f1956a19d350a21160912e408df866c8ea78325",
            ),
        ),
        format="terminal_bench",
        provenance=Provenance("laude-institute/terminal-bench-experiments", "df50653", "2026-11-30", "Apache-2.0"),
        kinds={"terminal-bench-2": AGENTIC},
        basis=LIST,
        listed="2025-12-31",
        withheld=(
            "costs computed from its tokens: it has about 10,000 input tokens a trial beside 9,000 of output, which an "
            "agent that sends its history at every call cannot have; a bill from them would be far too low",
        ),
    ),
    Published(
        name="aider-polyglot",
        title="aider polyglot (December 2024 to October 2025)",
        short="aider",
        files=(
            ("aider/polyglot_leaderboard.yml", "85a50b25953512d18ba4bb0c23c0b8e626fcf9a5b52d287644b8a0b44b9535de"),
            ("aider/qwen3_leaderboard.yml", "5f576ead87539e5254328ec9b26d77f6f412021876496cf829ded8e1f03255a6"),
        ),
        format="aider",
        provenance=_AIDER,
        kinds={"aider-polyglot": CODING},
        basis=LIST,
    ),
    Published(
        name="arc-agi-2026-06",
        title="ARC-AGI-2 and -3, semi-private (June 2026)",
        short="ARC-AGI",
        files=(
            ("arc_agi/v2_2026-06-04.json", "7f38a7809a6c34dc47a5a4c864c03e67b5c07870c1d3a732e08552a92f56598d"),
            ("arc_agi/v3_2026-06-04.json", "fe136e2f9721842a204f52d37c37779111a7aaf84882eb1899b9b69b574f82c7"),
        ),
        format="arc_agi",
        provenance=_ARC,
        kinds={"arc-agi-2": REASONING, "arc-agi-3": REASONING},
        basis=BILL,
        withheld=(
            "the costs of ARC-AGI-3 that several rows share (10,000 USD): the budget at which runs were stopped",
        ),
    ),
    Published(
        name="artificial-analysis-2026-07",
        title="Artificial Analysis, Intelligence Index (10 July 2026)",
        short="AA Index",
        files=(
            (
                "artificial_analysis/llms_2026-07-10.csv",
                "29510591863abbcb986b6bb98bf3b3701509299f21bc52345f265c16d9ccb5ee",
            ),
        ),
        format="artificial_analysis",
        provenance=Provenance(
            "Artificial Analysis, as kept in oolong-tea-2026/artificial-analysis-leaderboards",
            "ed1690f664bd134e6f949b0764e781db0bea7f28",
            "2026-11-30",
            "attribution: artificialanalysis.ai",
        ),
        kinds={
            "artificial-analysis-index": ALL,
            "artificial-analysis-coding": CODING,
            "artificial-analysis-agentic": AGENTIC,
        },
        whole="artificial-analysis-index",
        basis=LIST,
        withheld=("indices that the source estimated instead of measuring",),
    ),
    Published(
        name="tau2",
        title="tau2-bench (November 2025 to August 2026)",
        short="tau2",
        files=(("tau2/submissions.json", "77e0050f77e09927f77f0e4d7b595c4acad2cd9c143291a38c8d768a89f872d7"),),
        format="tau2",
        provenance=Provenance(
            "sierra-research/tau2-bench", "a2c024725189473d2d7cea3a5cfdbcc67478e41f", "2026-11-22", "MIT"
        ),
        kinds=dict.fromkeys(("tau2-airline", "tau2-retail", "tau2-telecom", "tau2-banking_knowledge"), TOOLS),
        basis=BILL,
    ),
)
"""The data sets of the evidence, in the order in which they are reported."""
