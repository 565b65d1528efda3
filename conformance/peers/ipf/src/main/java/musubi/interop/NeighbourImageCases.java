package musubi.interop;

import java.util.Arrays;
import java.util.List;
import org.openehealth.ipf.commons.ihe.xds.core.requests.DocumentReference;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.FindDocumentsQuery;
import org.openehealth.ipf.commons.ihe.xds.core.requests.query.QueryReturnType;
import org.openehealth.ipf.commons.ihe.xds.core.responses.ErrorCode;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocument;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocumentSet;
import org.openehealth.ipf.platform.camel.ihe.xds.XdsCamelValidators;

/** The node's initiating imaging gateway with IPF as its neighbour: manifest (ITI-18, 43), then images (RAD-69 to RAD-75). */
final class NeighbourImageCases {
    private final World world;
    private final Neighbour neighbour;
    private final Examination examination;

    private NeighbourImageCases(World world, Neighbour neighbour) {
        this.world = world;
        this.neighbour = neighbour;
        examination = new Examination(world.target, "neighbour.image");
    }

    static void run(World world, Report report, Neighbour neighbour) {
        NeighbourImageCases cases = new NeighbourImageCases(world, neighbour);
        if (!report.prepare("ITI-43", "gateway: the manifest of the neighbour", cases::manifest)) {
            return;
        }
        report.check("RAD-75", "gateway: the neighbour's images, octet by octet", cases::images);
        report.check("RAD-75", "gateway: another image than was asked for is not passed on",
            () -> cases.refused(Neighbour.Mode.OTHER_IMAGE));
        report.check("RAD-75", "gateway: an answer that comes too late", () -> cases.told(Neighbour.Mode.LATE,
            ErrorCode.UNAVAILABLE_COMMUNITY));
        report.check("RAD-75", "gateway: Failure, busy", () -> cases.told(Neighbour.Mode.FAILURE,
            ErrorCode.REPOSITORY_BUSY));
        report.check("RAD-75", "gateway: an exception of the neighbour", () -> cases.refused(Neighbour.Mode.EXCEPTION));
    }

    private String theirs() {
        return world.target.value("neighbour.home");
    }

    private void manifest() throws Exception {
        String cx = world.feed(Person.fresh(), Person.RED, Ipf.TOOLKIT);
        world.target.consent(cx);
        neighbour.behave(Neighbour.Mode.IMAGES);
        FindDocumentsQuery query = World.documentsOf(Papers.patient(cx.substring(0, cx.indexOf('^')), Person.RED));
        query.setHomeCommunityId(theirs());
        String uniqueId = world.ask(world.ipf.soap("xds-iti18", "/xca/initiating", Ipf.TOOLKIT), query,
            QueryReturnType.LEAF_CLASS, null, XdsCamelValidators.iti18ResponseValidator()).getDocumentEntries().get(0)
            .getUniqueId();
        DocumentReference wanted = world.at(theirs(), uniqueId);
        wanted.setRepositoryUniqueId(Neighbour.REPOSITORY);
        RetrievedDocumentSet got = world.fetch(world.ipf.soap("xds-iti43", "/xca/initiating", Ipf.TOOLKIT), null,
            XdsCamelValidators.iti43ResponseValidator(), wanted);
        World.success(got);
        Report.that(Arrays.equals(DocumentCases.octets(got.getDocuments().get(0)), examination.manifest()),
            "the same manifest");
    }

    private RetrievedDocumentSet fetch(Neighbour.Mode mode, List<String> instances) throws Exception {
        neighbour.behave(mode);
        return world.ipf.call(world.ipf.soap("xdsi-rad69", "/xca-i/initiating", Ipf.TOOLKIT),
            examination.request(theirs(), instances), XdsCamelValidators.rad69RequestValidator(),
            XdsCamelValidators.rad69ResponseValidator(), RetrievedDocumentSet.class);
    }

    private void images() throws Exception {
        RetrievedDocumentSet got = fetch(Neighbour.Mode.GOOD, examination.instances());
        World.success(got);
        Report.equal(got.getDocuments().size(), examination.instances().size(), "images");
        for (RetrievedDocument image : got.getDocuments()) {
            Report.that(Arrays.equals(DocumentCases.octets(image),
                examination.image(image.getRequestData().getDocumentUniqueId())), "the same octets");
        }
    }

    private RetrievedDocumentSet refused(Neighbour.Mode mode) throws Exception {
        RetrievedDocumentSet got = fetch(mode, examination.instances().subList(0, 1));
        Report.equal(neighbour.heard(), List.of("RAD-75"), "what the neighbour was asked");
        Report.equal(got.getDocuments().size(), 0, "images");
        Report.that(!got.getErrors().isEmpty(), "an error");
        return got;
    }

    private void told(Neighbour.Mode mode, ErrorCode code) throws Exception {
        World.refused(refused(mode), code);
    }
}
