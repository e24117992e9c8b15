"""What stands behind an answer, and takes it back or leaves it; see the package."""

from __future__ import annotations

TAKEN_BACK = [
    "Wait, I think I made an error. It should be 41.",
    "Hold on. I misread the question, so the answer is 41.",
    "Let me reconsider: the answer is 41.",
    "(That is incorrect; the answer should be 41.)",
    "I need to correct this: 41.",
    "Hmm, that doesn't seem right.",
    "Hmm, I think that's wrong. It's 41.",
    "Hmm, let me recheck. 13 + 28 = 41, so it's 41.",
    "No wait, it's 41.",
    "No, that can't be right.",
    "Wait — 13 + 28 = 41.",
    "Rechecking: 13 + 28 = 41. So the answer should be 41.",
    "I retract that.",
    "Disregard the above.",
    "Please ignore this answer.",
    "Sorry, the above is wrong.",
    "That isn't right.",
    "重新检查后发现有误，正确答案是41。",
    "抱歉，上面的答案有误，正确答案是41。",
    "等一下，这不对。",
    "这个答案是错的。",
    "我改一下：41",
    "我算错了。",
    "上面算错了，应为41。",
    "有误，应为41。",
    "订正：41",
    "重新计算：13+28=41，所以答案应为41。",
    "上述答案不正确。",
    "以上答案错误。",
    "我收回这个答案。",
]
"""What takes back an answer that stands before it."""
KEPT = [
    "Hope this helps!",
    "I verified it and found no mistakes.",
    "Wait, let me double-check. Yes, that's right.",
    "Let me double-check the steps. The answer is correct.",
    "Wait, let me verify: 40 − 27 = 13 ✓",
    "Some may think 41. That is wrong.",
    "A common mistake is to say 41. This is incorrect.",
    "Let me know if that is wrong.",
    "This is not 41 because the last day is excluded.",
    "注意：容易误答为41。",
    "有人会答41。这不对。",
    "以上答案没有错误。",
    "这个答案是对的。",
    "我重新算了一遍，结果是对的。",
]
"""What leaves it as it stands."""
