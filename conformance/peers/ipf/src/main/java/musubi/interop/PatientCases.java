package musubi.interop;

import java.util.ArrayList;
import java.util.List;
import org.openehealth.ipf.platform.camel.ihe.hl7v3.PixPdqV3CamelValidators;
import org.openehealth.ipf.platform.camel.ihe.mllp.PixPdqCamelValidators;

/** IPF as identity source and consumer: ITI-8, ITI-9, ITI-21 over MLLP; ITI-44, ITI-45, ITI-47 in HL7 v3. */
final class PatientCases {
    private static final String PIX = "/pix/manager";
    private static final String PDQ = "/pdq/supplier";
    private static final int PERSONS = 5;

    private final World world;

    private PatientCases(World world) {
        this.world = world;
    }

    static void run(World world, Report report) {
        PatientCases cases = new PatientCases(world);
        report.check("ITI-8", "A01, A04, A05, A08", cases::feeds);
        report.check("ITI-8", "A40: who is merged is known under the survivor", cases::merged);
        report.check("ITI-8", "an authority that the sender may not feed: AE, nothing is known", cases::foreignFeed);
        report.check("ITI-9", "one person's ids in two domains", cases::crossReferences);
        report.check("ITI-9", "an id that nobody fed", cases::unknownId);
        report.check("ITI-9", "a domain that nobody knows", cases::unknownDomain);
        report.check("ITI-21", "by name, in kanji", cases::demographics);
        report.check("ITI-21", "nobody of that name", cases::noDemographics);
        report.check("ITI-21", "page after page, which IPF puts together", cases::pages);
        report.check("ITI-44", "added and revised", cases::feedsV3);
        report.check("ITI-44", "duplicates resolved", cases::mergedV3);
        report.check("ITI-44", "at the registry's address", cases::feedAtRegistry);
        report.check("ITI-45", "one person's ids in two domains", cases::crossReferencesV3);
        report.check("ITI-45", "an id that nobody fed", cases::unknownIdV3);
        report.check("ITI-47", "by name and birth date", cases::demographicsV3);
        report.check("ITI-47", "nobody of that name", cases::noDemographicsV3);
        report.check("ITI-47", "page after page, which IPF puts together", cases::pagesV3);
    }

    // HL7 v2.

    private String crossReferences(String cx, String domain) throws Exception {
        return world.ipf.call(world.ipf.mllp("pix-iti9", Ipf.TOOLKIT), V2.crossReferences(cx, domain),
            PixPdqCamelValidators.iti9RequestValidator(), PixPdqCamelValidators.iti9ResponseValidator(), String.class);
    }

    private String find(String options, String criteria, int quantity) throws Exception {
        return world.ipf.call(world.ipf.mllp("pdq-iti21", Ipf.TOOLKIT) + options, V2.demographics(criteria, quantity),
            PixPdqCamelValidators.iti21RequestValidator(), PixPdqCamelValidators.iti21ResponseValidator(), String.class);
    }

    private static void says(String answer, String part) {
        Report.that(answer.contains(part), part.strip() + " in " + answer.replace('\r', '\n'));
    }

    private static void saysNot(String answer, String part) {
        Report.that(!answer.contains(part), "no " + part.strip() + " in " + answer.replace('\r', '\n'));
    }

    private void feeds() throws Exception {
        for (String trigger : new String[] {"A01", "A04", "A05"}) {
            Person person = Person.japanese();
            String cx = Person.cx(Person.freshId(), Person.RED);
            world.acknowledged(V2.feed(trigger, person, cx), Ipf.TOOLKIT);
            world.acknowledged(V2.feed("A08", person.named(person.family(), "花子"), cx), Ipf.TOOLKIT);
            says(find("", "@PID.5.1.1^" + person.family() + "~@PID.5.2^花子", 0), cx.substring(0, cx.indexOf('^')));
        }
    }

    private void merged() throws Exception {
        Person person = Person.fresh();
        String survivor = world.feed(person, Person.RED, Ipf.TOOLKIT);
        String subsumed = world.feed(Person.fresh(), Person.RED, Ipf.TOOLKIT);
        world.acknowledged(V2.merge(person, survivor, subsumed), Ipf.TOOLKIT);
        says(find("", "@PID.3.1^" + survivor.substring(0, survivor.indexOf('^')) + "~@PID.3.4.2^" + Person.RED
            + "~@PID.3.4.3^ISO", 0), person.family());
        String gone = crossReferences(subsumed, "");
        Report.that(gone.contains("\rMSA|AE|") || gone.contains(survivor.substring(0, survivor.indexOf('^'))),
            "the id merged away is unknown or leads to its survivor: " + gone.replace('\r', '\n'));
    }

    private void foreignFeed() throws Exception {
        String cx = Person.cx(Person.freshId(), "1.2.392.100495.20.3.51.11312345678");
        String answer = world.ipf.call(world.ipf.mllp("pix-iti8", Ipf.HOSPITAL), V2.feed("A04", Person.fresh(), cx), null,
            PixPdqCamelValidators.iti8ResponseValidator(), String.class);
        says(answer, "\rMSA|AE|");
        says(answer, "\rERR|");
    }

    /** One person in two domains of the affinity domain; ids of both. */
    private String[] twice(Person person) throws Exception {
        return new String[] {world.feed(person, Person.RED, Ipf.TOOLKIT), world.feed(person, Person.GREEN, Ipf.TOOLKIT)};
    }

    private static String bare(String cx) {
        return cx.substring(0, cx.indexOf('^'));
    }

    private void crossReferences() throws Exception {
        String[] ids = twice(Person.fresh());
        String all = crossReferences(ids[0], "");
        says(all, "\rQAK|");
        says(all, "|OK");
        says(all, bare(ids[1]));
        String one = crossReferences(ids[0], Person.GREEN);
        says(one, bare(ids[1]));
        String none = crossReferences(ids[0], "1.3.6.1.4.1.21367.2005.13.20.1000");
        says(none, "|NF");
        saysNot(none, "\rPID|");
    }

    private void unknownId() throws Exception {
        String answer = crossReferences(Person.cx(Person.freshId(), Person.RED), "");
        says(answer, "\rMSA|AE|");
        says(answer, "|204^");
    }

    private void unknownDomain() throws Exception {
        String answer = crossReferences(world.feed(Person.fresh(), Person.RED, Ipf.TOOLKIT), "2.999.66.6");
        says(answer, "\rMSA|AE|");
        says(answer, "|204^");
    }

    private void demographics() throws Exception {
        Person person = Person.japanese();
        String cx = world.feed(person, Person.RED, Ipf.TOOLKIT);
        String answer = find("", "@PID.5.1.1^" + person.family() + "~@PID.7^" + person.birth(), 0);
        says(answer, "|OK");
        says(answer, bare(cx));
        says(answer, person.family() + "^" + person.given());
    }

    private void noDemographics() throws Exception {
        Person person = Person.fresh();
        String answer = find("", "@PID.5.1.1^" + person.family() + "~@PID.7^" + person.birth(), 0);
        says(answer, "\rMSA|AA|");
        says(answer, "|NF");
    }

    /** Several persons of one family. */
    private List<String> family(Person first) throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < PERSONS; i++) {
            Person other = Person.fresh();
            ids.add(bare(world.feed(new Person(first.family(), other.given(), first.birth(), other.sex(), other.phone()),
                Person.RED, Ipf.TOOLKIT)));
        }
        return ids;
    }

    private void pages() throws Exception {
        Person person = Person.fresh();
        List<String> ids = family(person);
        String answer = find("&supportInteractiveContinuation=true&autoCancel=true", "@PID.5.1.1^" + person.family()
            + "~@PID.7^" + person.birth(), 2);
        for (String id : ids) {
            says(answer, id);
        }
    }

    // HL7 v3.

    private String feedV3(String message, String path) throws Exception {
        return world.ipf.call(world.ipf.soap("pixv3-iti44", path, Ipf.TOOLKIT), message,
            PixPdqV3CamelValidators.iti44RequestValidator(), PixPdqV3CamelValidators.iti44ResponseValidator(), String.class);
    }

    private String crossReferencesV3(String cx, String domain) throws Exception {
        return world.ipf.call(world.ipf.soap("pixv3-iti45", PIX, Ipf.TOOLKIT), V3.crossReferences(cx, domain),
            PixPdqV3CamelValidators.iti45RequestValidator(), PixPdqV3CamelValidators.iti45ResponseValidator(), String.class);
    }

    private String findV3(String options, String message) throws Exception {
        return world.ipf.call(world.ipf.soap("pdqv3-iti47", PDQ, Ipf.TOOLKIT) + options, message,
            PixPdqV3CamelValidators.iti47RequestValidator(), PixPdqV3CamelValidators.iti47ResponseValidator(), String.class);
    }

    private static void accepted(String answer) {
        Report.that(answer.matches("(?s).*typeCode code=\"(AA|CA)\".*"), "an acknowledgement that accepts: " + answer);
    }

    private void feedsV3() throws Exception {
        Person person = Person.japanese();
        String cx = Person.cx(Person.freshId(), Person.RED);
        accepted(feedV3(V3.feed("PRPA_IN201301UV02", person, cx), PIX));
        accepted(feedV3(V3.feed("PRPA_IN201302UV02", person.named(person.family(), "花子"), cx), PIX));
        says(findV3("", V3.demographics(person.family(), person.birth(), 0)), "花子");
    }

    private void mergedV3() throws Exception {
        Person person = Person.fresh();
        String survivor = Person.cx(Person.freshId(), Person.RED);
        String subsumed = Person.cx(Person.freshId(), Person.RED);
        accepted(feedV3(V3.feed("PRPA_IN201301UV02", person, survivor), PIX));
        accepted(feedV3(V3.feed("PRPA_IN201301UV02", Person.fresh(), subsumed), PIX));
        accepted(feedV3(V3.merge(person, survivor, subsumed), PIX));
    }

    private void feedAtRegistry() throws Exception {
        accepted(feedV3(V3.feed("PRPA_IN201301UV02", Person.fresh(), Person.cx(Person.freshId(), Person.RED)),
            World.REGISTRY));
    }

    private void crossReferencesV3() throws Exception {
        String[] ids = twice(Person.fresh());
        says(crossReferencesV3(ids[0], ""), bare(ids[1]));
        says(crossReferencesV3(ids[0], Person.GREEN), bare(ids[1]));
        says(crossReferencesV3(ids[0], "1.3.6.1.4.1.21367.2005.13.20.1000"), "\"NF\"");
    }

    private void unknownIdV3() throws Exception {
        says(crossReferencesV3(Person.cx(Person.freshId(), Person.RED), ""), "\"AE\"");
    }

    private void demographicsV3() throws Exception {
        Person person = Person.japanese();
        String cx = world.feed(person, Person.RED, Ipf.TOOLKIT);
        String answer = findV3("", V3.demographics(person.family(), person.birth(), 0));
        says(answer, bare(cx));
        says(answer, person.given());
    }

    private void noDemographicsV3() throws Exception {
        Person person = Person.fresh();
        says(findV3("", V3.demographics(person.family(), person.birth(), 0)), "\"NF\"");
    }

    private void pagesV3() throws Exception {
        Person person = Person.fresh();
        List<String> ids = family(person);
        String answer = findV3("&supportContinuation=true&autoCancel=true&validationOnContinuation=true",
            V3.demographics(person.family(), person.birth(), 2));
        for (String id : ids) {
            says(answer, id);
        }
    }
}
