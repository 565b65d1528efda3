package musubi.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The node's directory of communities, changed for the length of a case and read again by the node on SIGHUP. */
final class Directory implements AutoCloseable {
    private static final long PATIENCE_MS = 20_000;
    private static final long PAUSE_MS = 200;

    private final Path region;
    private final String before;

    /** With one more setting of the only community in it. */
    Directory(Target target, String setting) throws Exception {
        region = Path.of(target.value("config")).getParent();
        before = Files.readString(file());
        write(before.stripTrailing() + "\n    " + setting + "\n");
    }

    @Override
    public void close() throws IOException, InterruptedException {
        write(before);
    }

    private Path file() {
        return region.resolve("communities.yaml");
    }

    private long reloads() throws IOException {
        try (var lines = Files.lines(region.resolve("log/musubi.log"))) {
            return lines.filter(line -> line.contains(" event=reloaded")).count();
        }
    }

    private void write(String text) throws IOException, InterruptedException {
        long seen = reloads();
        Files.writeString(file(), text);
        String node = Files.readString(region.resolve("musubi.pid")).strip();
        new ProcessBuilder("kill", "-HUP", node).inheritIO().start().waitFor();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (reloads() == seen) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the node did not read its directory again");
            }
            Thread.sleep(PAUSE_MS);
        }
    }
}
