package musubi.interop;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;

/** The region's certificates: NAME.p12 of everybody as whom the driver speaks, and the authority that vouches for all. */
final class Wallet {
    private final Path folder;
    private final char[] password;
    private final KeyStore trusted;

    Wallet(Target target) throws Exception {
        folder = Path.of(target.value("stores"));
        password = Files.readString(folder.resolve("password")).strip().toCharArray();
        trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(Path.of(target.value("ca")))) {
            trusted.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
    }

    KeyStore keys(String name) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
            store.load(in, password);
        }
        return store;
    }

    KeyStore trusted() {
        return trusted;
    }

    String password() {
        return new String(password);
    }

    /** As Camel's endpoints want it. */
    SSLContextParameters parameters(String name) throws GeneralSecurityException {
        KeyStoreParameters store = new KeyStoreParameters();
        store.setType("PKCS12");
        store.setResource(folder.resolve(name + ".p12").toUri().toString());
        store.setPassword(password());
        KeyManagersParameters keys = new KeyManagersParameters();
        keys.setKeyStore(store);
        keys.setKeyPassword(password());
        TrustManagersParameters trust = new TrustManagersParameters();
        trust.setTrustManager(trustManagers()[0]);
        SSLContextParameters out = new SSLContextParameters();
        out.setKeyManagers(keys);
        out.setTrustManagers(trust);
        return out;
    }

    /** As Java's own sockets want it. */
    SSLContext context(String name) throws Exception {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys(name), password);
        KeyManager[] managers = factory.getKeyManagers();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers, trustManagers(), null);
        return context;
    }

    private TrustManager[] trustManagers() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }
}
