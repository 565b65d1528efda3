package musubi.interop;

import org.apache.camel.Processor;
import org.openehealth.ipf.platform.camel.ihe.mllp.PamCamelValidators;
import org.openehealth.ipf.platform.camel.ihe.mllp.PixPdqCamelValidators;

/** The rarer patient messages: ITI-30, ITI-64, ITI-22, and what the node tells consumers of changes (ITI-10, ITI-46). */
final class ChangeCases {
    private final World world;
    private final Inbox inbox;

    private ChangeCases(World world, Inbox inbox) {
        this.world = world;
        this.inbox = inbox;
    }

    static void run(World world, Report report, Inbox inbox) {
        ChangeCases cases = new ChangeCases(world, inbox);
        report.check("ITI-30", "A28 and A31 of version 2.5", cases::pam);
        report.check("ITI-30", "A47: the new id counts, the old one leads to it or is unknown", cases::changeOfId);
        report.check("ITI-64", "a local id goes to another regional id", cases::linkChange);
        report.check("ITI-22", "by name, with the visit", cases::visits);
        report.check("ITI-10", "a consumer hears of a second id of a person", cases::notified);
        report.check("ITI-46", "likewise in HL7 v3", cases::notifiedV3);
    }

    private static void says(String answer, String part) {
        Report.that(answer.contains(part), part.strip() + " in " + answer.replace('\r', '\n'));
    }

    private String send(String scheme, String message, Processor request, Processor response) throws Exception {
        return world.ipf.call(world.ipf.mllp(scheme, Ipf.TOOLKIT), message, request, response, String.class);
    }

    private void accepted(String scheme, String message, Processor request, Processor response) throws Exception {
        says(send(scheme, message, request, response), "\rMSA|AA|");
    }

    private String ids(String cx) throws Exception {
        return send("pix-iti9", V2.crossReferences(cx, ""), null, PixPdqCamelValidators.iti9ResponseValidator());
    }

    private void pam() throws Exception {
        Person person = Person.fresh();
        String cx = Person.cx(Person.freshId(), Person.RED);
        for (String trigger : new String[] {"A28", "A31"}) {
            accepted("pam-iti30", V2.pam(trigger, person, cx), PamCamelValidators.iti30RequestValidator(),
                PamCamelValidators.iti30ResponseValidator());
        }
        says(send("pdq-iti21", V2.demographics("@PID.5.1.1^" + person.family() + "~@PID.7^" + person.birth(), 0), null,
            PixPdqCamelValidators.iti21ResponseValidator()), cx.substring(0, cx.indexOf('^')));
    }

    private void changeOfId() throws Exception {
        Person person = Person.fresh();
        String previous = world.feed(person, Person.RED, Ipf.TOOLKIT);
        String next = Person.cx(Person.freshId(), Person.RED);
        accepted("pam-iti30", V2.changeOfId(person, next, previous), PamCamelValidators.iti30RequestValidator(),
            PamCamelValidators.iti30ResponseValidator());
        says(send("pdq-iti21", V2.demographics("@PID.5.1.1^" + person.family() + "~@PID.7^" + person.birth(), 0), null,
            PixPdqCamelValidators.iti21ResponseValidator()), next.substring(0, next.indexOf('^')));
    }

    private void linkChange() throws Exception {
        // No validator of the request: IPF wants a name, ITI TF-2 3.64.4.1.2 one space.
        String before = world.feed(Person.fresh(), Person.RED, Ipf.TOOLKIT);
        String after = world.feed(Person.fresh(), Person.RED, Ipf.TOOLKIT);
        String local = Person.cx(Person.freshId(), Person.GREEN);
        accepted("xpid-iti64", V2.linkChange(before, local, before), null, PixPdqCamelValidators.iti64ResponseValidator());
        accepted("xpid-iti64", V2.linkChange(after, local, before), null,
            PixPdqCamelValidators.iti64ResponseValidator());
        says(ids(local), after.substring(0, after.indexOf('^')));
    }

    private void visits() throws Exception {
        // No validator of the answer: IPF's profile of RSP^ZV2 knows none of the segments that its own model of it has.
        Person person = Person.fresh();
        String cx = world.feed(person, Person.RED, Ipf.TOOLKIT);
        String found = send("pdq-iti22", V2.visits("@PID.5.1.1^" + person.family() + "~@PID.7^" + person.birth()),
            PixPdqCamelValidators.iti22RequestValidator(), null);
        says(found, cx.substring(0, cx.indexOf('^')));
        says(found, "\rPV1|");
    }

    /** A person with an id of either domain; the second one, of which consumers are told. */
    private String twice() throws Exception {
        Person person = Person.fresh();
        world.feed(person, Person.RED, Ipf.TOOLKIT);
        String cx = world.feed(person, Person.GREEN, Ipf.TOOLKIT);
        return cx.substring(0, cx.indexOf('^'));
    }

    private void notified() throws Exception {
        String id = twice();
        says(Inbox.wait(inbox.notices, String.class, notice -> notice.contains(id), "the notification"), "ADT^A31");
    }

    private void notifiedV3() throws Exception {
        String id = twice();
        says(Inbox.wait(inbox.noticesV3, String.class, notice -> notice.contains(id), "the notification"),
            "PRPA_IN201302UV02");
    }
}
