package musubi.interop;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.openehealth.ipf.commons.ihe.ws.correlation.AsynchronyCorrelator;
import org.openehealth.ipf.commons.ihe.ws.cxf.audit.WsAuditDataset;

/** What IPF has to remember of a question that is answered on another connection; here, for as long as the driver runs. */
final class Correlator implements AsynchronyCorrelator<WsAuditDataset> {
    private final Map<String, String> endpoints = new ConcurrentHashMap<>();
    private final Map<String, String> keys = new ConcurrentHashMap<>();
    private final Map<String, WsAuditDataset> audits = new ConcurrentHashMap<>();
    private final Map<String, String> messages = new ConcurrentHashMap<>();

    @Override
    public void storeServiceEndpointUri(String messageId, String uri) {
        endpoints.put(messageId, uri);
    }

    @Override
    public void storeCorrelationKey(String messageId, String key) {
        keys.put(messageId, key);
    }

    @Override
    public void storeAuditDataset(String messageId, WsAuditDataset audit) {
        audits.put(messageId, audit);
    }

    @Override
    public void storeAlternativeKeys(String messageId, String... alternatives) {
        for (String one : alternatives) {
            messages.put(one, messageId);
        }
    }

    @Override
    public String getServiceEndpointUri(String messageId) {
        return endpoints.get(messageId);
    }

    @Override
    public String getCorrelationKey(String messageId) {
        return keys.get(messageId);
    }

    @Override
    public WsAuditDataset getAuditDataset(String messageId) {
        return audits.get(messageId);
    }

    @Override
    public String getMessageId(String alternative) {
        return messages.get(alternative);
    }

    @Override
    public boolean delete(String messageId) {
        return endpoints.remove(messageId) != null;
    }
}
