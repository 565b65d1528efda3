package musubi.interop;

import java.util.Arrays;
import java.util.List;
import org.apache.camel.Processor;
import org.openehealth.ipf.commons.ihe.xds.core.responses.ErrorCode;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocument;
import org.openehealth.ipf.commons.ihe.xds.core.responses.RetrievedDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.responses.Status;
import org.openehealth.ipf.platform.camel.ihe.xds.XdsCamelValidators;

/** IPF as imaging source and consumer: a manifest is published (RAD-68, as ITI-41), its images are fetched (RAD-69, RAD-75). */
final class ImageCases {
    private final World world;
    private final Examination examination;
    private final List<String> instances;
    private Papers papers;

    private ImageCases(World world) {
        this.world = world;
        examination = new Examination(world.target, "image");
        instances = examination.instances();
    }

    static void run(World world, Report report) {
        ImageCases cases = new ImageCases(world);
        report.check("RAD-69", "before the manifest is published no image exists", cases::beforehand);
        if (!report.prepare("RAD-68", "the manifest of an examination", cases::publish)) {
            return;
        }
        report.check("RAD-69", "three images, octet by octet as the archive has them", cases::all);
        report.check("RAD-69", "one that the manifest does not name: partial success", cases::partly);
        report.check("RAD-69", "another member without consent: as if there were none", cases::withheld);
        report.check("RAD-75", "another community without consent: as if there were none", cases::withheldAcross);
        report.check("RAD-75", "another community with consent: the same octets, with home", cases::across);
    }

    private void publish() throws Exception {
        papers = new Papers(world.patient());
        examination.describe(papers.add("manifest", examination.manifest()));
        world.provided(papers);
    }

    private RetrievedDocumentSet fetch(String who, List<String> wanted) throws Exception {
        return world.ipf.call(world.ipf.soap("xdsi-rad69", "/xds-i/source", who), examination.request(null, wanted),
            XdsCamelValidators.rad69RequestValidator(), XdsCamelValidators.rad69ResponseValidator(),
            RetrievedDocumentSet.class);
    }

    private RetrievedDocumentSet fetchAcross(Processor validator) throws Exception {
        return world.ipf.call(world.ipf.soap("xcai-rad75", "/xca-i/responding", Ipf.COMMUNITY),
            examination.request(world.target.home(), instances), XdsCamelValidators.rad75RequestValidator(), validator,
            RetrievedDocumentSet.class);
    }

    private void withheldAcross() throws Exception {
        World.refused(fetchAcross(XdsCamelValidators.rad75ResponseValidator()), ErrorCode.DOCUMENT_UNIQUE_ID_ERROR);
    }

    private void across() throws Exception {
        world.target.consent(World.cx(papers.patient));
        RetrievedDocumentSet got = fetchAcross(XdsCamelValidators.rad75ResponseValidator());
        asStored(got);
        got.getDocuments().forEach(image -> Report.equal(image.getRequestData().getHomeCommunityId(), world.target.home(),
            "home"));
    }

    private void beforehand() throws Exception {
        World.refused(fetch(Ipf.TOOLKIT, instances), ErrorCode.DOCUMENT_UNIQUE_ID_ERROR);
    }

    private void all() throws Exception {
        asStored(fetch(Ipf.TOOLKIT, instances));
    }

    private void asStored(RetrievedDocumentSet got) throws Exception {
        World.success(got);
        Report.equal(got.getDocuments().size(), instances.size(), "images");
        for (RetrievedDocument image : got.getDocuments()) {
            byte[] stored = examination.image(image.getRequestData().getDocumentUniqueId());
            Report.that(Arrays.equals(DocumentCases.octets(image), stored), "the same octets");
            Report.equal(image.getMimeType(), "application/dicom", "mimeType");
        }
    }

    private void partly() throws Exception {
        RetrievedDocumentSet got = fetch(Ipf.TOOLKIT, List.of(instances.get(0), instances.get(0) + ".99"));
        Report.equal(got.getStatus(), Status.PARTIAL_SUCCESS, "status");
        Report.equal(got.getDocuments().size(), 1, "images");
    }

    private void withheld() throws Exception {
        World.refused(fetch(Ipf.HOSPITAL, instances), ErrorCode.DOCUMENT_UNIQUE_ID_ERROR);
    }
}
