package musubi.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The node under test, as scripts/dev/interop.sh describes it: ports, identifiers, certificates, its operator's program. */
final class Target {
    private final Properties properties = new Properties();

    Target(Path file) throws IOException {
        try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
    }

    String value(String key) {
        String found = properties.getProperty(key);
        if (found == null) {
            throw new IllegalArgumentException("the target file does not say " + key);
        }
        return found;
    }

    int port(String key) {
        return Integer.parseInt(value(key));
    }

    String home() {
        return value("home");
    }

    String repository() {
        return value("repository");
    }

    /** Runs a command of the node's operator and gives back what it prints. */
    String operator(String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(value("musubi")));
        line.addAll(List.of(command));
        line.addAll(List.of("--config", value("config")));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + printed.strip());
        }
        return printed;
    }

    /** The patient agrees that others see his records. */
    void consent(String cx) throws IOException, InterruptedException {
        operator("consent", "grant", "--patient", cx, "--basis", "written");
    }
}
