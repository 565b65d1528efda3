package musubi.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.DocumentEntry;
import org.openehealth.ipf.commons.ihe.xds.core.metadata.ReferenceId;
import org.openehealth.ipf.commons.ihe.xds.core.requests.DocumentReference;
import org.openehealth.ipf.commons.ihe.xds.core.requests.RetrieveImagingDocumentSet;
import org.openehealth.ipf.commons.ihe.xds.core.requests.RetrieveSeries;
import org.openehealth.ipf.commons.ihe.xds.core.requests.RetrieveStudy;

/** Images and their manifest as images.py made them: files, the manifest's metadata, and how the images are asked for. */
record Examination(Target target, String prefix) {
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";

    private String value(String name) {
        return target.value(prefix + "." + name);
    }

    List<String> instances() {
        return List.of(value("instances").split(" "));
    }

    byte[] manifest() throws IOException {
        return Files.readAllBytes(Path.of(value("folder"), "manifest.dcm"));
    }

    byte[] image(String instance) throws IOException {
        return Files.readAllBytes(Path.of(value("folder"), "images", instance + ".dcm"));
    }

    /** Makes an entry that of the manifest (RAD TF-3 4.68.4.1.2.3). */
    DocumentEntry describe(DocumentEntry entry) {
        entry.setMimeType("application/dicom");
        entry.setFormatCode(Papers.code("1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1"));
        entry.setClassCode(Papers.code("IMAGES", "1.3.6.1.4.1.19376.1.2.6.1"));
        entry.setUniqueId(value("manifest"));
        entry.setSourcePatientId(Papers.patient(value("patient"), "2.999.77.1"));
        entry.setSourcePatientInfo(null);
        entry.getReferenceIdList().add(new ReferenceId(value("study"), null, "urn:ihe:iti:xds:2016:studyInstanceUID"));
        return entry;
    }

    RetrieveImagingDocumentSet request(String home, List<String> wanted) {
        RetrieveSeries series = new RetrieveSeries();
        series.setSeriesInstanceUID(value("series"));
        for (String instance : wanted) {
            DocumentReference one = new DocumentReference();
            one.setRepositoryUniqueId(value("repository"));
            one.setDocumentUniqueId(instance);
            one.setHomeCommunityId(home);
            series.getDocuments().add(one);
        }
        RetrieveStudy study = new RetrieveStudy();
        study.setStudyInstanceUID(value("study"));
        study.getRetrieveSerieses().add(series);
        RetrieveImagingDocumentSet request = new RetrieveImagingDocumentSet();
        request.getRetrieveStudies().add(study);
        request.getTransferSyntaxIds().add(EXPLICIT);
        return request;
    }
}
