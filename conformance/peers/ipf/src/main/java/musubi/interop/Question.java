package musubi.interop;

import java.io.StringReader;
import java.io.StringWriter;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/** What an ITI-55 question says that its answer must repeat. */
record Question(String message, String asker, String queryId, String parameters, Person person) {
    private static final String V3 = "urn:hl7-org:v3";

    /** Who sent a message, and its id. */
    record Sender(String root, String extension, String device) {}

    static Sender sender(String text) throws Exception {
        Element root = parse(text).getDocumentElement();
        Element id = first(root, "id");
        return new Sender(id.getAttribute("root"), id.getAttribute("extension"),
            first(first(root, "sender"), "id").getAttribute("root"));
    }

    static Document parse(String text) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(text)));
    }

    static Question of(String text) throws Exception {
        Element root = parse(text).getDocumentElement();
        Element id = first(root, "id");
        Element sender = first(first(root, "sender"), "representedOrganization");
        Element name = first(first(root, "livingSubjectName"), "value");
        Element sex = first(root, "livingSubjectAdministrativeGender");
        Person person = new Person(first(name, "family").getTextContent(), first(name, "given").getTextContent(),
            first(first(root, "livingSubjectBirthTime"), "value").getAttribute("value"),
            sex == null ? "F" : first(sex, "value").getAttribute("code"), "054-000-0000");
        return new Question(id.getAttribute("root"), first(sender, "id").getAttribute("root"), written(first(root, "queryId")),
            written(first(root, "queryByParameter")), person);
    }

    private static Element first(Element in, String name) {
        return (Element) in.getElementsByTagNameNS(V3, name).item(0);
    }

    private static String written(Node node) throws Exception {
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        StringWriter out = new StringWriter();
        transformer.transform(new DOMSource(node), new StreamResult(out));
        return out.toString();
    }
}
