"""A gate that lets people through for coins."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(
        rng, kept=YES_NO, tries=range(2, 4), silent=YES_NO, again=range(3, 5), ok=["in", "pass"], no=["shut", "-"]
    )
    return {**drawn, "price": rng.randint(1, 3) if level == 1 else rng.randint(2, 4)}


def _prose(p: Params) -> Prose:
    price, full = ("one coin is", "is one") if p.price == 1 else (f"{p.price} coins are", f"are {p.price}")
    taken = "it is" if p.price == 1 else f"{p.price} of them are"
    return [
        ('`events` are "coin", "push" and "card". ' if p.level >= 4 else '`events` are "coin" and "push". ')
        + 'A gate is empty at first. A "coin" puts one coin into it'
        + ("." if p.kept else f"; but if there {full} in it already, the coin is given back."),
        f'At a "push", if at least {price} in the gate, {taken} taken out, and one person goes through; otherwise '
        "nobody does, and what is in the gate stays there.",
        p.level >= 3
        and f"After {p.tries} pushes at which nobody goes through, with no other event between them, there is an "
        'alarm. It lasts to the next "coin", which ends it and is not put into the gate; until then no event has any '
        "effect. "
        + (
            "Coins that were in the gate stay there."
            if p.silent
            else "When it ends, all coins are taken out of the gate."
        ),
        p.level >= 4
        and 'After a "card", the next push lets one person through without coins; of several cards before it, only one '
        f"has this effect. But a card is without effect if any of the {p.again} events before it was a card, with or "
        "without effect. Every card is an event that interrupts a series of pushes.",
        f'Return the list of what happens at each "push", in order: "{p.ok}" if a person goes through, "{p.no}" if not'
        + (', "alarm" during an alarm.' if p.level >= 3 else "."),
    ]


def _results(p: Params, events: list[str]) -> list[str]:
    coins, results = 0, []
    if p.level >= 3:
        fails, alarm = 0, False
    if p.level >= 4:
        free = False
    for i in range(len(events)):
        event, result = events[i], p.no
        if p.level >= 3 and alarm:
            alarm, result = event not in ["coin"], "alarm"
            if not p.silent and not alarm:
                coins = 0
        elif event in ["coin"]:
            coins, result = coins + 1 if p.kept else min(p.price, coins + 1), p.ok
        elif p.level >= 4 and event in ["card"]:
            free, result = free or "card" not in events[max(0, i - p.again) : i], p.ok
        elif p.level >= 4 and free:
            free, result = False, p.ok
        elif coins >= p.price:
            coins, result = coins - p.price, p.ok
        if p.level >= 3:
            fails = fails + 1 if result in [p.no] else 0
            alarm = alarm or fails >= p.tries
        if event in ["push"]:
            results.append(result)
    return results


def _second(p: Params, events: list[str]) -> list[str]:
    results = []
    coins = card = row = 0
    ringing = False
    for place, event in enumerate(events):
        if ringing:
            if event == "push":
                results.append("alarm")
            if event == "coin":
                ringing, coins, row = False, coins if p.silent else 0, 0
            continue
        if event == "push":
            if card:
                card = 0
                passed = True
            else:
                passed = coins - p.price >= 0
                coins -= p.price if passed else 0
            results.append(p.ok if passed else p.no)
            row = 0 if passed else row + 1
            ringing = p.level >= 3 and row == p.tries
            continue
        row = 0
        if event == "coin" and (p.kept or coins < p.price):
            coins += 1
        if event == "card" and not any(events[at] == "card" for at in range(place) if place - at <= p.again):
            card = 1
    return results


def _edges(p: Params) -> Edges:
    names = {"c": "coin", "p": "push", "k": "card"}
    forms = "Npp Mpcp NcpMp NNppp NNcppMpp NNNppp pNp NpMp NpNp NcpNp"
    if p.level >= 3:
        forms += " ppppcNpp pppNpcp ppcppNp pcpcpcppp cppppcMpp Mpppccp Mppccp Mpppcp pppcpp pppcppp pppcpppcNp ppNppp"
    if p.level >= 4:
        forms += " kpp kkpp kpkp kpcckp kcckpp kpppk ckpkp pkppk ppkpp pppkcp kccckpkp kppk kcpkp ckNppp kkkkpp"
        forms += " ckckckpp kcckpkpp pkkpppp ppkkpp pppkkcp pppck pppkckp kckpp ckpkpp"
        forms += "".join([" kp" + "c" * gap + "kppp" for gap in range(p.again - 2, p.again + 1)])
    texts = [form.replace("N", "c" * p.price).replace("M", "c" * (p.price - 1)) for form in forms.split()]
    tied = [([names[letter] for letter in text],) for text in texts]
    return Edges([([],)], [(["coin"],), (["push"],)], tied, [(["coin"] * 9 + ["push"] * 9,)])


def _draw(rng: Random, p: Params) -> Args:
    options = ["coin"] * 5 + ["push"] * 6 + ["card"] * (3 * (p.level >= 4))
    return ([rng.choice(options) for _ in range(rng.randint(5, 16))],)


FAMILY = CodingFamily("gate", Kind.FIX, _params, _prose, _results, _second, _edges, _draw)
