package musubi.interop;

import java.security.SecureRandom;
import java.util.Map;

/** A made-up person whom nobody else knows, and the messages that make him known. */
record Person(String family, String given, String birth, String sex, String phone) {
    /** Patient-id domains of the affinity domain `connectathon`: an id of theirs is a regional id as it is. */
    static final String RED = "1.3.6.1.4.1.21367.13.20.1000";
    static final String GREEN = "1.3.6.1.4.1.21367.13.20.2000";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String[] SYLLABLES = {"KA", "KI", "KU", "SA", "SHI", "TA", "CHI", "NA", "NI", "HA", "HI", "MA",
        "MI", "YA", "YU", "RA", "RI", "WA"};
    private static final String[] KANJI = {"加", "幾", "久", "左", "之", "太", "知", "奈", "仁", "波", "比", "末", "美", "也",
        "由", "良", "利", "和"};

    static Person fresh() {
        return made(SYLLABLES);
    }

    /** With a name in kanji. */
    static Person japanese() {
        return made(KANJI);
    }

    private static Person made(String[] parts) {
        return new Person(word(parts), word(parts), String.format("%d%02d%02d", 1930 + RANDOM.nextInt(70),
            1 + RANDOM.nextInt(12), 1 + RANDOM.nextInt(28)), RANDOM.nextBoolean() ? "F" : "M",
            String.format("054-%03d-%04d", RANDOM.nextInt(1000), RANDOM.nextInt(10000)));
    }

    private static String word(String[] parts) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            out.append(parts[RANDOM.nextInt(parts.length)]);
        }
        return out.toString();
    }

    Person named(String otherFamily, String otherGiven) {
        return new Person(otherFamily, otherGiven, birth, sex, phone);
    }

    static String freshId() {
        return "IPF" + Long.toString(RANDOM.nextLong() >>> 1, 36).toUpperCase(java.util.Locale.ROOT);
    }

    static String cx(String id, String authority) {
        return id + "^^^&" + authority + "&ISO";
    }

    /** A query's MSH, QPD and RCP want a tag of their own each time. */
    static String freshTag() {
        return "T" + (RANDOM.nextInt() & 0x7fffffff);
    }

    /** What PID holds of the person behind his ids. */
    String pid(String cx) {
        return "PID|1||" + cx + "||" + family + "^" + given + "^^^^^L||" + birth + "|" + sex + "|||^^^^^JPN||^PRN^PH^^^^^^^^^"
            + phone;
    }

    Map<String, String> asWords() {
        return Map.of("family", family, "given", given, "birth", birth, "sex", sex);
    }
}
