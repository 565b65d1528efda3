package musubi.interop;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/** HL7 v3 messages as text: requests of ITI-44, ITI-45, ITI-47 and ITI-55, and the answers of a neighbour (Appendix O). */
final class V3 {
    static final String DEVICE = "2.999.77.1";
    private static final String ISO = "2.16.840.1.113883.1.6";
    private static final String GENDERS = "2.16.840.1.113883.5.1";

    private V3() {}

    static String now() {
        return LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMddHHmmss"));
    }

    static String id(String tag, String cx) {
        String[] parts = cx.split("[\\^&]");
        return "<" + tag + " root=\"" + parts[4] + "\" extension=\"" + parts[0] + "\"/>";
    }

    private static String device(String root, String organization) {
        return """
            <device classCode="DEV" determinerCode="INSTANCE"><id root="%s"/><asAgent classCode="AGNT">\
            <representedOrganization classCode="ORG" determinerCode="INSTANCE"><id root="%s"/></representedOrganization>\
            </asAgent></device>""".formatted(root, organization);
    }

    private static String message(String interaction, String receiver, String sender, String before, String content) {
        return """
            <%1$s xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ITSVersion="XML_1.0">\
            <id root="%2$s"/><creationTime value="%3$s"/><interactionId root="%4$s" extension="%1$s"/>\
            <processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="%9$s"/>\
            <receiver typeCode="RCV">%5$s</receiver><sender typeCode="SND">%6$s</sender>%7$s%8$s</%1$s>"""
            .formatted(interaction, UUID.randomUUID(), now(), ISO, device(receiver, receiver), device(sender, sender), before,
                content, before.isEmpty() ? "AL" : "NE");
    }

    private static String act(String trigger, String content) {
        return """
            <controlActProcess classCode="CACT" moodCode="EVN"><code code="%s" codeSystem="%s"/>%s</controlActProcess>"""
            .formatted(trigger, ISO, content);
    }

    private static String author() {
        return """
            <authorOrPerformer typeCode="AUT"><assignedDevice classCode="ASSIGNED"><id root="%s"/></assignedDevice>\
            </authorOrPerformer>""".formatted(DEVICE);
    }

    private static String person(Person person) {
        return """
            <patientPerson classCode="PSN" determinerCode="INSTANCE"><name><family>%s</family><given>%s</given></name>\
            <telecom value="tel:%s" use="HP"/><administrativeGenderCode code="%s" codeSystem="%s"/>\
            <birthTime value="%s"/></patientPerson>"""
            .formatted(person.family(), person.given(), person.phone(), person.sex(), GENDERS, person.birth());
    }

    private static String provider(String oid) {
        return """
            <providerOrganization classCode="ORG" determinerCode="INSTANCE"><id root="%s"/><name>IPF</name>\
            <contactParty classCode="CON"><telecom value="tel:000-000-0000"/></contactParty></providerOrganization>"""
            .formatted(oid);
    }

    private static String registration(String patient, String custodian, String more) {
        return """
            <subject typeCode="SUBJ" contextConductionInd="false"><registrationEvent classCode="REG" moodCode="EVN">\
            <id nullFlavor="NA"/><statusCode code="active"/><subject1 typeCode="SBJ">%s</subject1><custodian typeCode="CST">\
            <assignedEntity classCode="ASSIGNED"><id root="%s"/>%s</assignedEntity></custodian>%s</registrationEvent></subject>"""
            .formatted(patient, custodian, "", more);
    }

    /** ITI-44: PRPA_IN201301UV02 (added), PRPA_IN201302UV02 (revised). */
    static String feed(String interaction, Person person, String cx) {
        String patient = "<patient classCode=\"PAT\">" + id("id", cx) + "<statusCode code=\"active\"/>" + person(person)
            + provider(DEVICE) + "</patient>";
        return message(interaction, "2.999.1.1", DEVICE, "", act(interaction.replace("_IN", "_TE"),
            registration(patient, DEVICE, "")));
    }

    /** ITI-44: PRPA_IN201304UV02, the second id goes into the first. */
    static String merge(Person person, String survivor, String subsumed) {
        String patient = "<patient classCode=\"PAT\">" + id("id", survivor) + "<statusCode code=\"active\"/>"
            + person(person) + provider(DEVICE) + "</patient>";
        String replaced = """
            <replacementOf typeCode="RPLC"><priorRegistration classCode="REG" moodCode="EVN"><statusCode code="obsolete"/>\
            <subject1 typeCode="SBJ"><priorRegisteredRole classCode="PAT">%s</priorRegisteredRole></subject1>\
            </priorRegistration></replacementOf>""".formatted(id("id", subsumed));
        return message("PRPA_IN201304UV02", "2.999.1.1", DEVICE, "", act("PRPA_TE201304UV02",
            registration(patient, DEVICE, replaced)));
    }

    private static String query(String modality, String before, String parameters) {
        return """
            <queryByParameter><queryId root="2.999.77.2" extension="%s"/><statusCode code="new"/>%s\
            <responsePriorityCode code="I"/>%s<parameterList>%s</parameterList></queryByParameter>"""
            .formatted(Person.freshTag(), modality, before, parameters);
    }

    /** ITI-45; `domain` may be empty. */
    static String crossReferences(String cx, String domain) {
        String source = domain.isEmpty() ? "" : "<dataSource><value root=\"" + domain
            + "\"/><semanticsText>DataSource.id</semanticsText></dataSource>";
        return message("PRPA_IN201309UV02", "2.999.1.1", DEVICE, "", act("PRPA_TE201309UV02", author() + query("", "",
            source + "<patientIdentifier>" + id("value", cx) + "<semanticsText>Patient.id</semanticsText></patientIdentifier>")));
    }

    /** The acknowledgement of a message that came in. */
    static String accepted(String request) throws Exception {
        Question.Sender sender = Question.sender(request);
        return message("MCCI_IN000002UV01", sender.device(), DEVICE, """
            <acknowledgement><typeCode code="AA"/><targetMessage><id root="%s"%s/></targetMessage></acknowledgement>"""
            .formatted(sender.root(), sender.extension().isEmpty() ? "" : " extension=\"" + sender.extension() + "\""), "");
    }

    /** ITI-47 by family name and birth date; a page holds `quantity` persons, 0: all. */
    static String demographics(String family, String birth, int quantity) {
        return candidates(DEVICE, family, "", birth, quantity);
    }

    /** ITI-55 in the name of a community. */
    static String discovery(String home, Person person) {
        return candidates(home.substring("urn:oid:".length()), person.family(), person.given(), person.birth(), 0);
    }

    /** ITI-55, to be answered when it suits, at that address. */
    static String deferredDiscovery(String home, Person person, String address) {
        return discovery(home, person)
            .replace("<responsePriorityCode code=\"I\"/>", "<responsePriorityCode code=\"D\"/>")
            .replace("<sender typeCode", "<respondTo typeCode=\"RSP\"><telecom value=\"" + address + "\"/><entityRsp classCode=\"ENT\" determinerCode=\"INSTANCE\" xsi:nil=\"true\"/></respondTo>"
                + "<sender typeCode");
    }

    /** ITI-56: where has the patient with this id records? */
    static String locations(String cx) {
        return "<PatientLocationQueryRequest xmlns=\"urn:ihe:iti:xcpd:2009\">"
            + id("RequestedPatientId", cx) + "</PatientLocationQueryRequest>";
    }

    private static String candidates(String sender, String family, String given, String birth, int quantity) {
        String before = quantity == 0 ? "" : "<initialQuantity value=\"" + quantity
            + "\"/><initialQuantityCode code=\"RD\" codeSystem=\"2.16.840.1.113883.5.1112\"/>";
        String parameters = """
            <livingSubjectBirthTime><value value="%s"/><semanticsText>LivingSubject.birthTime</semanticsText>\
            </livingSubjectBirthTime><livingSubjectName><value><family>%s</family>%s</value>\
            <semanticsText>LivingSubject.name</semanticsText></livingSubjectName>"""
            .formatted(birth, family, given.isEmpty() ? "" : "<given>" + given + "</given>");
        return message("PRPA_IN201305UV02", "2.999.1.1", sender, "", act("PRPA_TE201305UV02",
            author() + query("<responseModalityCode code=\"R\"/>", before, parameters)));
    }

    /** The answer to ITI-55: the persons asked for, under these ids. */
    static String discovered(String home, Question question, String... ids) {
        String oid = home.substring("urn:oid:".length());
        StringBuilder subjects = new StringBuilder();
        for (String cx : ids) {
            String patient = "<patient classCode=\"PAT\">" + id("id", cx) + "<statusCode code=\"active\"/>"
                + person(question.person()) + provider(oid) + """
                    <subjectOf1><queryMatchObservation classCode="OBS" moodCode="EVN"><code code="IHE_PDQ"/>\
                    <value xsi:type="INT" value="100"/></queryMatchObservation></subjectOf1></patient>""";
            subjects.append(registration(patient, oid, "").replace("</assignedEntity>", """
                <code code="NotHealthDataLocator" codeSystem="1.3.6.1.4.1.19376.1.2.27.2"/></assignedEntity>"""));
        }
        String acknowledgement = """
            <acknowledgement><typeCode code="AA"/><targetMessage><id root="%s"/></targetMessage></acknowledgement>"""
            .formatted(question.message());
        String ack = """
            <queryAck>%s<statusCode code="deliveredResponse"/><queryResponseCode code="%s"/>\
            <resultTotalQuantity value="%3$d"/><resultCurrentQuantity value="%3$d"/><resultRemainingQuantity value="0"/>\
            </queryAck>""".formatted(question.queryId(), ids.length == 0 ? "NF" : "OK", ids.length);
        return message("PRPA_IN201306UV02", question.asker(), oid, acknowledgement, act("PRPA_TE201306UV02",
            subjects + ack + question.parameters()));
    }
}
