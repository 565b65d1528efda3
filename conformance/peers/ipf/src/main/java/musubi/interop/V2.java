package musubi.interop;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;

/** HL7 v2 requests as text (ITI TF-2 3.8, 3.9, 3.21). */
final class V2 {
    private V2() {}

    private static String now() {
        return LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMddHHmmss"));
    }

    private static String header(String event, String version) {
        return "MSH|^~\\&|IPF|INTEROP|NODE|REGION|" + now() + "||" + event + "|" + Person.freshTag() + "|P|" + version
            + "||||||UNICODE UTF-8\r";
    }

    /** ITI-8: ADT of version 2.3.1. */
    static String feed(String trigger, Person person, String cx) {
        return header("ADT^" + trigger, "2.3.1") + "EVN|" + trigger + "|" + now() + "\r" + person.pid(cx) + "\rPV1|1|O\r";
    }

    /** ITI-8, A40: the second id goes into the first. */
    static String merge(Person person, String survivor, String subsumed) {
        return header("ADT^A40^ADT_A39", "2.3.1") + "EVN|A40|" + now() + "\r" + person.pid(survivor) + "\rMRG|" + subsumed
            + "\r";
    }

    /** With the namespace that PAM wants (ITI TF-2 N.1), as the node is configured. */
    private static String named(String cx) {
        return cx.replace("^^^&" + Person.RED, "^^^IHERED&" + Person.RED);
    }

    /** ITI-30 (PAM): a person's record of version 2.5. */
    static String pam(String trigger, Person person, String cx) {
        String structure = trigger.equals("A31") || trigger.equals("A28") ? "ADT_A05" : "ADT_A01";
        return header("ADT^" + trigger + "^" + structure, "2.5") + "EVN||" + now() + "\r" + person.pid(named(cx)) + "\rPV1||N\r";
    }

    /** ITI-30, A47: an id is replaced by another one. */
    static String changeOfId(Person person, String next, String previous) {
        return header("ADT^A47^ADT_A30", "2.5") + "EVN||" + now() + "\r" + person.pid(named(next)) + "\rMRG|"
            + named(previous) + "\r";
    }

    /** ITI-64: a local id goes from one regional id to another. */
    static String linkChange(String regional, String local, String previous) {
        return header("ADT^A43^ADT_A43", "2.5") + "EVN||" + now() + "\rPID|||" + regional + "~" + local + "|| \rMRG|" + previous
            + "\r";
    }

    /** ITI-22: demographics and visit. */
    static String visits(String criteria) {
        return header("QBP^ZV1^QBP_Q21", "2.5") + "QPD|IHE PDVQ Query|" + Person.freshTag() + "|" + criteria + "\rRCP|I\r";
    }

    /** ITI-9; `domain` may be empty. */
    static String crossReferences(String cx, String domain) {
        return header("QBP^Q23^QBP_Q21", "2.5") + "QPD|IHE PIX Query|" + Person.freshTag() + "|" + cx
            + (domain.isEmpty() ? "" : "|^^^&" + domain + "&ISO") + "\rRCP|I\r";
    }

    /** ITI-21 by name and what else is said; a page holds `quantity` persons, 0: all. */
    static String demographics(String criteria, int quantity) {
        return header("QBP^Q22^QBP_Q21", "2.5") + "QPD|IHE PDQ Query|" + Person.freshTag() + "|" + criteria + "\rRCP|I"
            + (quantity == 0 ? "" : "|" + quantity + "^RD") + "\r";
    }
}
