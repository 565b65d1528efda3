package musubi.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.cxf.Bus;
import org.apache.cxf.BusFactory;
import org.apache.cxf.configuration.jsse.TLSClientParameters;
import org.apache.cxf.transport.http.HTTPConduitConfigurer;
import org.apache.cxf.transport.servlet.CXFNonSpringServlet;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;

/** The server in which IPF's consumers live: HTTPS on loopback, with the other region's certificate, for our authority's. */
final class NeighbourServer implements AutoCloseable {
    private final Tomcat tomcat = new Tomcat();
    private final Path folder;

    NeighbourServer(int port, Wallet wallet) throws Exception {
        folder = Files.createTempDirectory("musubi-interop");
        tomcat.setBaseDir(folder.toString());
        Connector connector = new Connector("HTTP/1.1");
        connector.setPort(port);
        connector.setScheme("https");
        connector.setSecure(true);
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("SSLEnabled", "true");
        connector.addSslHostConfig(hostConfig(wallet));
        tomcat.setConnector(connector);
        Bus bus = BusFactory.getDefaultBus();
        replyByTls(bus, wallet);
        Context context = tomcat.addContext("", folder.toString());
        CXFNonSpringServlet servlet = new CXFNonSpringServlet();
        servlet.setBus(bus);
        Tomcat.addServlet(context, "cxf", servlet).setLoadOnStartup(1);
        context.addServletMappingDecoded("/services/*", "cxf");
        tomcat.start();
    }

    /** Answers to asynchronous questions go out as the other region's gateway would send them. */
    private static void replyByTls(Bus bus, Wallet wallet) throws Exception {
        SSLContext context = wallet.context(Ipf.COMMUNITY);
        HTTPConduitConfigurer configurer = (name, address, conduit) -> {
            if (address != null && address.endsWith("/async/reply")) {
                TLSClientParameters parameters = new TLSClientParameters();
                parameters.setSslContext(context);
                conduit.setTlsClientParameters(parameters);
            }
        };
        bus.setExtension(configurer, HTTPConduitConfigurer.class);
    }

    private static SSLHostConfig hostConfig(Wallet wallet) throws Exception {
        SSLHostConfig config = new SSLHostConfig();
        config.setCertificateVerification("required");
        config.setTrustStore(wallet.trusted());
        config.setProtocols("TLSv1.2+TLSv1.3");
        SSLHostConfigCertificate certificate = new SSLHostConfigCertificate(config, SSLHostConfigCertificate.Type.RSA);
        certificate.setCertificateKeystore(wallet.keys(Ipf.COMMUNITY));
        certificate.setCertificateKeystorePassword(wallet.password());
        config.addCertificate(certificate);
        return config;
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
    }
}
