"""Spanish: the words of each family that `reasoning_es` asks."""

from __future__ import annotations

from collections.abc import Mapping

CLOSING = (
    "¿Cuál es X? Piensa brevemente, en tres frases cortas como máximo, en texto sin formato. Después termina con: La "
    "respuesta es <answer>X</answer>"
)
"""The last line of every prompt."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "tolls": {
        "title": "Carreteras entre pueblos, cada una con los minutos que se tarda en recorrerla:",
        "road": "{a} - {b}: {m} minutos",
        "toll": ", de peaje",
        "one": ", de sentido único, solo de {a} a {b}",
        "both": "Todas las carreteras se pueden usar en los dos sentidos.",
        "others": "Todas las demás carreteras se pueden usar en los dos sentidos.",
        "most0": "No se puede usar ninguna carretera de peaje.",
        "most1": "Se puede usar como máximo una carretera de peaje, y solo una vez.",
        "most2": "Se pueden usar como máximo dos carreteras de peaje; si se usa la misma dos veces, cuenta como dos.",
        "stop": "Cada pueblo por el que se pasa durante el viaje añade {n} minutos; {a} al principio y {b} al final "
        "no añaden nada. Se puede pasar más de una vez por el mismo pueblo, y entonces se añaden esos minutos cada "
        "vez.",
        "via": "El camino tiene que pasar por {t}.",
        "avoid": "El camino no puede pasar por {t}.",
        "ask": "¿Cuántos minutos se tarda en ir de {a} a {b} por el camino más rápido? X es un número entero.",
    },
    "circle": {
        "comma": ", ",
        "circle": "Los niños {names} están sentados en círculo, en este orden en el sentido de las agujas del reloj; "
        "después de {z} viene otra vez {a}.",
        "rule": "Cuentan en el sentido de las agujas del reloj, empezando por {b}, que es el número 1. El niño al que "
        "le toca el número {n} sale del círculo. Entonces se cuenta de nuevo desde el 1, empezando por el siguiente "
        "niño que todavía está en el círculo.",
        "more": "Cada vez que sale un niño, el número que hace salir aumenta en {k}.",
        "less": "Cada vez que sale un niño, el número que hace salir disminuye en {k}.",
        "turns": "Cada vez que sale un niño, cambia el sentido en que se cuenta: el de las agujas del reloj, el "
        "contrario, otra vez el de las agujas del reloj, etc. «Siguiente» quiere decir siguiente en el nuevo sentido.",
        "spared": "{s} se salva una vez: la primera vez que {s} tendría que salir, {s} se queda; entonces se cuenta "
        "de nuevo desde el 1 en el mismo sentido, empezando por el siguiente niño después de {s}. No cambian ni el "
        "número que hace salir ni el sentido.",
        "ask": "Salen {w} niños, uno tras otro. ¿Quiénes son los tres últimos en salir, en el orden en que salen? "
        "Escribe X como tres letras separadas por comas.",
    },
    "machine": {
        "comma": ", ",
        "boxes": "Unas cajas contienen números enteros. Al principio: {all}.",
        "list": "Sigue estos pasos en orden, desde el paso 1:",
        "add": "Suma {k} a {a}.",
        "less": "Resta {k} de {a}.",
        "plus": "Suma a {a} el número de {b}; {b} no cambia.",
        "minus": "Resta de {a} el número de {b}; {b} no cambia.",
        "swap": "Intercambia los números de {a} y {b}.",
        "double": "Duplica el número de {a}.",
        "skip_more": "Si el número de {a} es mayor que el número de {b}, sáltate el paso siguiente.",
        "skip_even": "Si el número de {a} es par, sáltate el paso siguiente.",
        "back_less": "Si el número de {a} es menor que 30, vuelve al paso {n}.",
        "back_odd": "Si el número de {a} es impar, vuelve al paso {n}.",
        "rounds": "Ejecuta toda la lista {n} veces, cada vez desde el paso 1 y con los números que haya entonces en "
        "las cajas.",
        "end": "Los números pueden llegar a ser negativos; 0 es par.",
        "ask": "¿Qué número hay en {a} al terminar la lista? X es un número entero.",
    },
    "ballots": {
        "comma": ", ",
        "title": "Votos válidos en unas elecciones en las que se reparten {s} escaños:",
        "vote": "Partido {a}: {v} votos",
        "joint": "Los partidos {a} y {b} se presentan en una lista conjunta: en las reglas siguientes son una sola "
        "lista con la suma de sus votos. Después, los escaños de la lista conjunta se reparten entre los dos por el "
        "mismo método, como si solo estos dos compitieran por ellos.",
        "each": "Cada partido que no está en una lista conjunta cuenta como una lista por sí solo.",
        "least": "Solo participan en el reparto de escaños las listas con al menos el {n} % de todos los votos "
        "válidos.",
        "whole": "Método: se dividen los votos de cada lista entre 1, 2, 3, 4, etc. Los cocientes de todas las listas "
        "se ordenan juntos de mayor a menor y, empezando por el mayor, cada uno da un escaño a su lista, hasta "
        "repartir todos los escaños.",
        "odd": "Método: se dividen los votos de cada lista entre 1, 3, 5, 7, etc. Los cocientes de todas las listas "
        "se ordenan juntos de mayor a menor y, empezando por el mayor, cada uno da un escaño a su lista, hasta "
        "repartir todos los escaños.",
        "remainders": "Método: se multiplican los votos de cada lista por el número de escaños y el resultado se "
        "divide entre el total de votos de las listas que participan. Cada lista recibe tantos escaños como indica "
        "la parte entera de su resultado. Los escaños que quedan se dan, uno a cada una, a las listas con mayor "
        "parte decimal.",
        "ask": "¿Cuántos escaños recibe cada partido? Escribe X como los números de escaños de {names}, en este "
        "orden, separados por comas.",
    },
    "stock": {
        "title": "La mercancía de un almacén llega en lotes y se vende por piezas:",
        "comes": "Día {d}: llegan {n} piezas, a {k} euros cada una",
        "good": ", en buen estado hasta el día {g} incluido",
        "sold": "Día {d}: se venden {n} piezas",
        "oldest": "Siempre se venden primero las piezas que llegaron antes.",
        "newest": "Siempre se venden primero las piezas que llegaron más tarde.",
        "soonest": "Siempre se venden primero las piezas que caducan antes.",
        "spoils": "Las piezas todavía se pueden vender el último día en que están en buen estado. Al día siguiente se "
        "tiran, antes de que se venda nada.",
        "ask_sold": "¿Cuántos euros costaron en total, al llegar, todas las piezas que se vendieron? X es un número "
        "entero.",
        "ask_left": "¿Cuántos euros costaron en total, al llegar, todas las piezas que todavía quedan el día {e}? X "
        "es un número entero.",
        "ask_spoilt": "¿Cuántos euros costaron en total, al llegar, todas las piezas que se tiraron hasta el día {e} "
        "incluido? X es un número entero.",
    },
    "league": {
        "title": "Resultados de una pequeña liga (equipo - equipo goles : goles):",
        "points": "Una victoria da {w} puntos, un empate 1 punto a cada equipo, una derrota 0 puntos.",
        "taken": "Al final, antes de ordenar los equipos, el total de puntos del equipo {a} se reduce en {n}.",
        "level": "Los equipos con más puntos quedan por delante. Entre equipos con los mismos puntos decide lo "
        "siguiente; la segunda regla solo se aplica si la primera los deja iguales, y así sucesivamente:",
        "among": "más puntos en los partidos entre todos los equipos que tienen esos mismos puntos",
        "difference": "la mayor diferencia de goles (goles marcados menos goles recibidos) en todos los partidos",
        "goals": "más goles marcados en todos los partidos",
        "letter": "el orden alfabético",
        "ask": "¿Cuál es el orden de los equipos, empezando por el mejor? Escribe X como las {n} letras separadas por "
        "comas.",
    },
}
"""By family."""
