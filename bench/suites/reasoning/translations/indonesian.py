"""Indonesian: the words of each family that `reasoning_id` asks."""

from __future__ import annotations

from collections.abc import Mapping

CLOSING = (
    "Tentukan X. Berpikirlah singkat, paling banyak tiga kalimat pendek berupa teks biasa. Lalu akhiri dengan: "
    "Jawabannya adalah <answer>X</answer>"
)
"""The last line of every prompt."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "tolls": {
        "title": "Daftar jalan antarkota, masing-masing dengan waktu tempuhnya dalam menit:",
        "road": "{a} - {b}: {m} menit",
        "toll": ", jalan tol",
        "one": ", satu arah, hanya dari {a} ke {b}",
        "both": "Semua jalan dapat dilalui dalam dua arah.",
        "others": "Semua jalan lain dapat dilalui dalam dua arah.",
        "most0": "Jalan tol tidak boleh dilalui.",
        "most1": "Paling banyak satu jalan tol boleh dilalui, dan hanya satu kali.",
        "most2": "Paling banyak dua jalan tol boleh dilalui; jalan tol yang dilalui dua kali dihitung dua.",
        "stop": "Setiap kota yang dilalui dalam perjalanan menambah {n} menit; {a} di awal perjalanan dan {b} di "
        "akhir perjalanan tidak menambah waktu. Kota yang sama boleh dilalui lebih dari satu kali, dan setiap kali "
        "dilalui waktu itu ditambahkan lagi.",
        "via": "Perjalanan harus melalui {t}.",
        "avoid": "Perjalanan tidak boleh melalui {t}.",
        "ask": "Berapa menit yang dibutuhkan untuk perjalanan tercepat dari {a} ke {b}? X adalah bilangan bulat.",
    },
    "circle": {
        "comma": ", ",
        "circle": "Anak-anak {names} duduk melingkar, searah jarum jam dalam urutan ini; setelah {z} kembali ke {a}.",
        "rule": "Mereka berhitung searah jarum jam, mulai dari {b}, yang mendapat nomor 1. Anak yang mendapat nomor "
        "{n} keluar dari lingkaran. Lalu mereka berhitung lagi dari 1, mulai dari anak berikutnya yang masih ada di "
        "lingkaran.",
        "more": "Setiap kali seorang anak keluar, nomor yang menentukan siapa yang keluar menjadi {k} lebih besar.",
        "less": "Setiap kali seorang anak keluar, nomor yang menentukan siapa yang keluar menjadi {k} lebih kecil.",
        "turns": "Setiap kali seorang anak keluar, arah berhitung berganti: searah jarum jam, berlawanan arah jarum "
        'jam, searah jarum jam, dan seterusnya. "Berikutnya" berarti berikutnya dalam arah yang baru.',
        "spared": "{s} mendapat satu kali pengecualian: pada saat pertama kali {s} seharusnya keluar, {s} tetap di "
        "lingkaran; lalu mereka berhitung lagi dari 1 dalam arah yang sama, mulai dari anak berikutnya setelah {s}. "
        "Nomor yang menentukan siapa yang keluar dan arah berhitung tidak berubah.",
        "ask": "Sebanyak {w} anak keluar satu per satu. Siapa tiga anak terakhir yang keluar, menurut urutan "
        "keluarnya? Tulis X sebagai tiga huruf yang dipisahkan dengan koma.",
    },
    "machine": {
        "comma": ", ",
        "boxes": "Beberapa kotak berisi bilangan bulat. Pada awalnya: {all}.",
        "list": "Ikuti langkah-langkah ini secara berurutan, mulai dari langkah 1:",
        "add": "Tambahkan {k} ke {a}.",
        "less": "Kurangi {a} dengan {k}.",
        "plus": "Tambahkan bilangan di {b} ke {a}; {b} tidak berubah.",
        "minus": "Kurangi {a} dengan bilangan di {b}; {b} tidak berubah.",
        "swap": "Tukarkan bilangan di {a} dan {b}.",
        "double": "Jadikan bilangan di {a} dua kali lipat.",
        "skip_more": "Jika bilangan di {a} lebih besar daripada bilangan di {b}, lompati langkah berikutnya.",
        "skip_even": "Jika bilangan di {a} genap, lompati langkah berikutnya.",
        "back_less": "Jika bilangan di {a} kurang dari 30, kembali ke langkah {n}.",
        "back_odd": "Jika bilangan di {a} ganjil, kembali ke langkah {n}.",
        "rounds": "Jalankan seluruh daftar {n} kali, setiap kali mulai dari langkah 1 dengan bilangan yang saat itu "
        "ada di kotak.",
        "end": "Bilangan boleh menjadi negatif; 0 termasuk bilangan genap.",
        "ask": "Berapakah bilangan di {a} setelah seluruh daftar selesai dijalankan? X adalah bilangan bulat.",
    },
    "ballots": {
        "comma": ", ",
        "title": "Suara sah dalam sebuah pemilihan yang memperebutkan {s} kursi:",
        "vote": "Partai {a}: {v} suara",
        "joint": "Partai {a} dan {b} maju dengan daftar gabungan: dalam aturan berikut keduanya dihitung sebagai satu "
        "daftar, dan suara kedua partai dijumlahkan. Kursi daftar gabungan itu lalu dibagi di antara keduanya dengan "
        "metode yang sama, seolah-olah hanya keduanya yang memperebutkannya.",
        "each": "Setiap partai yang tidak berada dalam daftar gabungan dihitung sebagai satu daftar tersendiri.",
        "least": "Hanya daftar dengan sedikitnya {n}% dari semua suara sah yang ikut dalam pembagian kursi.",
        "whole": "Metode: suara setiap daftar dibagi dengan 1, 2, 3, 4, dan seterusnya. Hasil bagi semua daftar "
        "diurutkan bersama dari yang terbesar; mulai dari yang terbesar, setiap hasil bagi memberi satu kursi kepada "
        "daftarnya, sampai semua kursi terbagi.",
        "odd": "Metode: suara setiap daftar dibagi dengan 1, 3, 5, 7, dan seterusnya. Hasil bagi semua daftar "
        "diurutkan bersama dari yang terbesar; mulai dari yang terbesar, setiap hasil bagi memberi satu kursi kepada "
        "daftarnya, sampai semua kursi terbagi.",
        "remainders": "Metode: suara setiap daftar dikalikan dengan banyaknya kursi, lalu dibagi dengan jumlah suara "
        "semua daftar yang ikut. Setiap daftar mendapat kursi sebanyak bagian bulat hasilnya. Kursi yang tersisa "
        "diberikan, masing-masing satu, kepada daftar-daftar dengan bagian di belakang koma yang terbesar.",
        "ask": "Berapa kursi yang didapat setiap partai? Tulis X sebagai banyaknya kursi {names} masing-masing, dalam "
        "urutan ini, dipisahkan dengan koma.",
    },
    "stock": {
        "title": "Barang di sebuah gudang datang dalam beberapa kiriman dan dijual per buah:",
        "comes": "Hari ke-{d}: datang {n} buah, harganya {k} euro per buah",
        "good": ", layak dijual sampai dengan hari ke-{g}",
        "sold": "Hari ke-{d}: terjual {n} buah",
        "oldest": "Barang yang datang paling awal selalu dijual lebih dahulu.",
        "newest": "Barang yang datang paling akhir selalu dijual lebih dahulu.",
        "soonest": "Barang yang paling cepat kedaluwarsa selalu dijual lebih dahulu.",
        "spoils": "Barang masih dapat dijual pada hari terakhir masa layak jualnya. Keesokan harinya barang itu "
        "dibuang, sebelum ada yang dijual.",
        "ask_sold": "Berapa euro jumlah harga semua barang yang terjual, menurut harga saat barang itu datang? X "
        "adalah bilangan bulat.",
        "ask_left": "Berapa euro jumlah harga semua barang yang masih ada pada hari ke-{e}, menurut harga saat barang "
        "itu datang? X adalah bilangan bulat.",
        "ask_spoilt": "Berapa euro jumlah harga semua barang yang dibuang sampai dengan hari ke-{e}, menurut harga "
        "saat barang itu datang? X adalah bilangan bulat.",
    },
    "league": {
        "title": "Hasil sebuah liga kecil (tim - tim gol : gol):",
        "points": "Kemenangan memberi {w} poin, seri memberi 1 poin kepada setiap tim, kekalahan 0 poin.",
        "taken": "Setelah semua pertandingan, sebelum tim-tim diurutkan, poin tim {a} dikurangi {n}.",
        "level": "Tim dengan poin lebih banyak berada di atas. Di antara tim-tim dengan poin yang sama berlaku aturan "
        "berikut; aturan kedua hanya dipakai jika menurut aturan pertama mereka tetap sama, dan seterusnya:",
        "among": "jumlah poin yang lebih besar dalam pertandingan-pertandingan antara semua tim yang poinnya sama",
        "difference": "selisih gol yang lebih besar (gol yang dicetak dikurangi gol kemasukan) dalam semua "
        "pertandingan",
        "goals": "jumlah gol yang dicetak lebih besar dalam semua pertandingan",
        "letter": "urutan abjad",
        "ask": "Bagaimana urutan tim-tim itu, mulai dari yang terbaik? Tulis X sebagai {n} huruf yang dipisahkan "
        "dengan koma.",
    },
}
"""By family."""
