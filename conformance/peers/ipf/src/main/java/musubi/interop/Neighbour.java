package musubi.interop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import jakarta.activation.DataHandler;
import jakarta.mail.util.ByteArrayDataSource;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.DocumentEntry;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Identifiable;
import org.openehealth.ipf.commons.ihe.xds.core.requests.QueryRegistry;
import org.openehealth.ipf.commons.ihe.xds.core.requests.DocumentReference;
import org.openehealth.ipf.commons.ihe.xds.core.requests.RetrieveDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.requests.RetrieveImagingDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.PatientIdBasedStoredQuery;
import org.openehealth.ipf.commons.ihe.xds.core.responses.ErrorCode;
import org.openehealth.ipf.commons.ihe.xds.core.responses.ErrorInfo;
import org.openehealth.ipf.commons.ihe.xds.core.responses.QueryResponse;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocument;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.responses.Severity;
import org.openehealth.ipf.commons.ihe.xds.core.responses.Status;

/** IPF as the other region's responding gateway, which does as it is told: well, late, or wrong. */
final class Neighbour extends RouteBuilder {
    /** What it does with a question; `several` and `nobody` are about who somebody is, the others about documents. */
    enum Mode { GOOD, LATE, EXCEPTION, FAILURE, PARTIAL, NO_HOME, WRONG_HOME, OTHER_PATIENT, MANY, NOTHING, SEVERAL, NOBODY,
        IMAGES, OTHER_IMAGE }

    static final String REPOSITORY = "2.999.1.2.2";
    static final int MANY_ENTRIES = 10_000;
    private static final long LATE_MS = 3_500;
    private static final String AUTHORITY = "2.999.1.2.1";

    private final String home;
    private final Examination examination;
    private final Map<String, List<DocumentEntry>> documents = new ConcurrentHashMap<>();
    private final Set<String> served = ConcurrentHashMap.newKeySet();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private volatile Mode mode = Mode.GOOD;

    Neighbour(Target target) {
        home = target.value("neighbour.home");
        examination = new Examination(target, "neighbour.image");
    }

    void behave(Mode next) {
        mode = next;
        heard.clear();
    }

    /** Which transactions came in since it was last told how to behave. */
    List<String> heard() {
        return heard;
    }

    @Override
    public void configure() {
        from("xca-iti38:iti38?audit=false").process(this::query);
        from("xca-iti39:iti39?audit=false").process(this::retrieve);
        from("xcai-rad75:rad75?audit=false").process(this::images);
        from("xcpd-iti55:iti55?audit=false").process(this::discover);
    }

    private void discover(Exchange exchange) throws Exception {
        heard.add("ITI-55");
        Question question = Question.of(exchange.getIn().getBody(String.class));
        String id = Person.cx("M" + HexFormat.of().toHexDigits(question.person().hashCode()), AUTHORITY);
        String[] ids = mode == Mode.NOBODY ? new String[0]
            : mode == Mode.SEVERAL ? new String[] {id, Person.cx("OTHER", AUTHORITY)} : new String[] {id};
        exchange.getMessage().setBody(V3.discovered(home, question, ids));
    }

    private void misbehave() throws InterruptedException {
        if (mode == Mode.LATE) {
            Thread.sleep(LATE_MS);
        }
        if (mode == Mode.EXCEPTION) {
            throw new IllegalStateException("as it was told");
        }
    }

    private void query(Exchange exchange) throws Exception {
        heard.add("ITI-38");
        misbehave();
        QueryRegistry asked = exchange.getIn().getBody(QueryRegistry.class);
        QueryResponse answer = new QueryResponse(Status.SUCCESS);
        if (asked.getQuery() instanceof PatientIdBasedStoredQuery byPatient) {
            answer.getDocumentEntries().addAll(entries(byPatient.getPatientId()));
        }
        switch (mode) {
            case FAILURE, PARTIAL -> {
                answer.setStatus(mode == Mode.FAILURE ? Status.FAILURE : Status.PARTIAL_SUCCESS);
                answer.getErrors().add(new ErrorInfo(ErrorCode.REGISTRY_BUSY, "as it was told", Severity.ERROR, home, null));
                if (mode == Mode.FAILURE) {
                    answer.getDocumentEntries().clear();
                }
            }
            case NOTHING -> answer.getDocumentEntries().clear();
            default -> { }
        }
        exchange.getMessage().setBody(answer);
    }

    private List<DocumentEntry> entries(Identifiable patient) {
        List<DocumentEntry> out = new ArrayList<>();
        for (DocumentEntry entry : documents.computeIfAbsent(patient.getId(), id -> List.of(entry(patient), entry(patient)))) {
            out.add(entry);
        }
        Identifiable other = Papers.patient("OTHER", AUTHORITY);
        switch (mode) {
            case IMAGES -> out.set(0, examination.describe(entry(patient)));
            case NO_HOME -> out.set(0, homeless(entry(patient)));
            case WRONG_HOME -> out.set(0, at("urn:oid:2.999.66.6", entry(patient)));
            case OTHER_PATIENT -> out.set(0, entry(other));
            case MANY -> {
                while (out.size() < MANY_ENTRIES) {
                    out.add(entry(patient));
                }
            }
            default -> { }
        }
        return out;
    }

    private DocumentEntry entry(Identifiable patient) {
        DocumentEntry entry = at(home, Papers.entry(patient, "of the neighbour"));
        entry.setRepositoryUniqueId(REPOSITORY);
        entry.setHash("da39a3ee5e6b4b0d3255bfef95601890afd80709");
        entry.setSize((long) content(entry.getUniqueId()).length);
        return entry;
    }

    private static DocumentEntry homeless(DocumentEntry entry) {
        return at(null, entry);
    }

    private static DocumentEntry at(String where, DocumentEntry entry) {
        entry.setHomeCommunityId(where);
        entry.setLogicalUuid(entry.getEntryUuid());
        return entry;
    }

    private byte[] document(String uniqueId) throws IOException {
        return uniqueId.equals(examination.describe(new DocumentEntry()).getUniqueId()) ? examination.manifest()
            : content(uniqueId);
    }

    static byte[] content(String uniqueId) {
        return Papers.bytes("document " + uniqueId);
    }

    private void retrieve(Exchange exchange) throws Exception {
        heard.add("ITI-39");
        misbehave();
        RetrievedDocumentSet answer = new RetrievedDocumentSet(Status.SUCCESS);
        for (DocumentReference wanted : exchange.getIn().getBody(RetrieveDocumentSet.class).getDocuments()) {
            if (mode == Mode.NOTHING || mode == Mode.FAILURE) {
                answer.setStatus(Status.FAILURE);
                answer.getErrors().add(new ErrorInfo(mode == Mode.FAILURE ? ErrorCode.REPOSITORY_BUSY
                    : ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, wanted.getDocumentUniqueId(), Severity.ERROR, home, null));
                continue;
            }
            DocumentReference told = new DocumentReference(wanted.getRepositoryUniqueId(),
                mode == Mode.OTHER_PATIENT ? Papers.oid() : wanted.getDocumentUniqueId(),
                mode == Mode.WRONG_HOME ? "urn:oid:2.999.66.6" : mode == Mode.NO_HOME ? null : home);
            served.add(wanted.getDocumentUniqueId());
            answer.getDocuments().add(new RetrievedDocument(new DataHandler(
                new ByteArrayDataSource(document(wanted.getDocumentUniqueId()), "text/plain")), told, null, null,
                mode == Mode.IMAGES ? "application/dicom" : "text/plain"));
        }
        exchange.getMessage().setBody(answer);
    }

    /** One image after the other as it was asked for; OTHER_IMAGE: each time the octets of the last one. */
    private void images(Exchange exchange) throws Exception {
        heard.add("RAD-75");
        misbehave();
        RetrievedDocumentSet answer = new RetrievedDocumentSet(mode == Mode.FAILURE ? Status.FAILURE : Status.SUCCESS);
        if (mode == Mode.FAILURE) {
            answer.getErrors().add(new ErrorInfo(ErrorCode.REPOSITORY_BUSY, "as it was told", Severity.ERROR, home, null));
            exchange.getMessage().setBody(answer);
            return;
        }
        RetrieveImagingDocumentSet asked = exchange.getIn().getBody(RetrieveImagingDocumentSet.class);
        for (DocumentReference one : asked.getRetrieveStudies().get(0).getRetrieveSerieses().get(0).getDocuments()) {
            byte[] octets = examination.image(mode == Mode.OTHER_IMAGE ? examination.instances().get(2)
                : one.getDocumentUniqueId());
            answer.getDocuments().add(new RetrievedDocument(new DataHandler(new ByteArrayDataSource(octets,
                "application/dicom")), one, null, null, "application/dicom"));
        }
        exchange.getMessage().setBody(answer);
    }
}
