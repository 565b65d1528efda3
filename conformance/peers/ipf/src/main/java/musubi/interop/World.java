package musubi.interop;

import java.util.Map;
import org.apache.camel.Processor;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.AvailabilityStatus;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.Identifiable;
import org.openehealth.ipf.commons.ihe.xds.core.requests.ProvideAndRegisterDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.requests.QueryRegistry;
import org.openehealth.ipf.commons.ihe.xds.core.requests.RegisterDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.requests.DocumentReference;
import org.openehealth.ipf.commons.ihe.xds.core.requests.RetrieveDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.FindDocumentsQuery;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.QueryReturnType;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.StoredQuery;
import org.openehealth.ipf.commons.ihe.xds.core.responses.ErrorCode;
import org.openehealth.ipf.commons.ihe.xds.core.responses.QueryResponse;
import org.openehealth.ipf.commons.ihe.xds.core.responses.Response;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.responses.Status;
import org.openehealth.ipf.platform.camel.ihe.mllp.PixPdqCamelValidators;
import org.openehealth.ipf.platform.camel.ihe.xds.XdsCamelValidators;

/** The calls that all cases share, each with IPF's validators on both sides, and the judging of their answers. */
final class World {
    static final String REGISTRY = "/xds/registry";
    static final String REPOSITORY = "/xds/repository";
    private static final int HANDSHAKES = 5;
    private static final long PAUSE_MS = 500;

    final Target target;
    final Ipf ipf;

    World(Target target, Ipf ipf) {
        this.target = target;
        this.ipf = ipf;
    }

    // Patients.

    /** Makes a person known under an id of that authority, as its sender would (ITI-8), and gives back the id's CX. */
    String feed(Person person, String authority, String who) throws Exception {
        String cx = Person.cx(Person.freshId(), authority);
        acknowledged(V2.feed("A04", person, cx), who);
        return cx;
    }

    void acknowledged(String message, String who) throws Exception {
        // IPF's profile of A40 knows no PV1 and sees one in its own parser's empty group; the node's answer is what counts.
        Processor request = message.contains("^A40") ? null : PixPdqCamelValidators.iti8RequestValidator();
        String answer = ipf.call(ipf.mllp("pix-iti8", who), message, request, PixPdqCamelValidators.iti8ResponseValidator(), String.class);
        Report.that(answer.contains("\rMSA|AA|"), "the feed is acknowledged: " + answer.replace('\r', '\n'));
    }

    /** The first handshake of a cold virtual machine may take longer than the node waits for one. */
    void warmUp() throws InterruptedException {
        for (int i = 0; i < HANDSHAKES; i++) {
            try {
                patient();
                return;
            } catch (Exception tooSlow) {
                Thread.sleep(PAUSE_MS);
            }
        }
    }

    /** A fresh patient of the affinity domain. */
    Identifiable patient() throws Exception {
        String cx = feed(Person.fresh(), Person.RED, Ipf.TOOLKIT);
        return Papers.patient(cx.substring(0, cx.indexOf('^')), Person.RED);
    }

    static String cx(Identifiable id) {
        return Person.cx(id.getId(), id.getAssigningAuthority().getUniversalId());
    }

    // Documents.

    Response provide(ProvideAndRegisterDocumentSet request, String who) throws Exception {
        return ipf.call(ipf.soap("xds-iti41", REPOSITORY, who), request, XdsCamelValidators.iti41RequestValidator(),
            XdsCamelValidators.iti41ResponseValidator(), Response.class);
    }

    Response register(RegisterDocumentSet request) throws Exception {
        return ipf.call(ipf.soap("xds-iti42", REGISTRY, Ipf.TOOLKIT), request, XdsCamelValidators.iti42RequestValidator(),
            XdsCamelValidators.iti42ResponseValidator(), Response.class);
    }

    void provided(Papers papers) throws Exception {
        success(provide(papers.provide(), Ipf.TOOLKIT));
    }

    RetrievedDocumentSet retrieve(String who, DocumentReference... wanted) throws Exception {
        return fetch(ipf.soap("xds-iti43", REPOSITORY, who), XdsCamelValidators.iti43RequestValidator(),
            XdsCamelValidators.iti43ResponseValidator(), wanted);
    }

    RetrievedDocumentSet fetch(String uri, Processor request, Processor response, DocumentReference... wanted)
        throws Exception {
        RetrieveDocumentSet set = new RetrieveDocumentSet();
        for (DocumentReference one : wanted) {
            set.getDocuments().add(one);
        }
        return ipf.call(uri, set, request, response, RetrievedDocumentSet.class);
    }

    DocumentReference at(String uniqueId) {
        DocumentReference wanted = new DocumentReference();
        wanted.setRepositoryUniqueId(target.repository());
        wanted.setDocumentUniqueId(uniqueId);
        return wanted;
    }

    DocumentReference at(String home, String uniqueId) {
        DocumentReference wanted = at(uniqueId);
        wanted.setHomeCommunityId(home);
        return wanted;
    }

    // Queries.

    QueryResponse query(StoredQuery query, QueryReturnType type, String who) throws Exception {
        return ask(ipf.soap("xds-iti18", REGISTRY, who), query, type, XdsCamelValidators.iti18RequestValidator(),
            XdsCamelValidators.iti18ResponseValidator());
    }

    QueryResponse query(StoredQuery query) throws Exception {
        return query(query, QueryReturnType.LEAF_CLASS, Ipf.TOOLKIT);
    }

    QueryResponse ask(String uri, StoredQuery query, QueryReturnType type, Processor request, Processor response)
        throws Exception {
        QueryRegistry asked = new QueryRegistry(query);
        asked.setReturnType(type);
        return ipf.call(uri, asked, request, response, QueryResponse.class, Map.of());
    }

    static FindDocumentsQuery documentsOf(Identifiable patient) {
        FindDocumentsQuery query = new FindDocumentsQuery();
        query.setPatientId(patient);
        query.setStatus(java.util.List.of(AvailabilityStatus.APPROVED));
        return query;
    }

    // Judging.

    static void success(Response response) {
        Report.that(response.getStatus() == Status.SUCCESS, "Success: " + response);
        Report.that(response.getErrors().isEmpty(), "no errors: " + response.getErrors());
    }

    static void refused(Response response, ErrorCode code) {
        Report.equal(response.getStatus(), Status.FAILURE, "status");
        Report.that(response.getErrors().stream().anyMatch(error -> error.getErrorCode() == code),
            code + " among " + response.getErrors());
    }
}
