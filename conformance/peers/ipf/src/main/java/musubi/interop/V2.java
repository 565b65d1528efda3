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
