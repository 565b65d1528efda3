package musubi.interop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What was tried and how it went: a line for each case as it ends, and the table's last line. */
final class Report {
    /** A case that this node, or this machine, has nothing to try with. */
    static final class Skipped extends RuntimeException {
        private static final long serialVersionUID = 1;

        Skipped(String why) {
            super(why);
        }
    }

    interface Case {
        void run() throws Exception;
    }

    private static final int WIDEST_REASON = 400;

    private final String filter;
    private final List<String> failures = new ArrayList<>();
    private int passed;
    private int skipped;

    /** Only cases whose transaction or name contains one of the filter's words are run; they are separated by commas; none: all. */
    Report(String filter) {
        this.filter = filter;
        System.out.printf("%-9s %-9s %s%n", "outcome", "trans.", "case");
    }

    void check(String transaction, String name, Case body) {
        if (Arrays.stream(filter.split(",")).noneMatch((transaction + " " + name)::contains)) {
            return;
        }
        try {
            body.run();
            passed++;
            line("passed", transaction, name, "");
        } catch (Skipped reason) {
            skipped++;
            line("skipped", transaction, name, reason.getMessage());
        } catch (Exception | AssertionError | LinkageError error) {
            failures.add(transaction + " " + name);
            line("FAILED", transaction, name, reason(error));
            error.printStackTrace(System.err);
        }
    }

    /** What cases need beforehand; only a failure is told. False: they cannot be tried. */
    boolean prepare(String transaction, String name, Case body) {
        try {
            body.run();
            return true;
        } catch (Exception | AssertionError error) {
            failures.add(transaction + " " + name);
            line("FAILED", transaction, name, reason(error));
            error.printStackTrace(System.err);
            return false;
        }
    }

    /** Prints the sum and tells whether all is well. */
    boolean done() {
        System.out.printf("%d passed, %d failed, %d skipped%n", passed, failures.size(), skipped);
        return failures.isEmpty();
    }

    private static void line(String outcome, String transaction, String name, String why) {
        System.out.printf("%-9s %-9s %s%s%n", outcome, transaction, name, why.isEmpty() ? "" : ": " + why);
        System.out.flush();
    }

    private static String reason(Throwable error) {
        StringBuilder out = new StringBuilder(error.getClass().getSimpleName());
        for (Throwable at = error; at != null && out.length() < WIDEST_REASON; at = at.getCause()) {
            if (at.getMessage() != null) {
                out.append(": ").append(at.getMessage().replaceAll("\\s+", " ").strip());
            }
        }
        return out.length() > WIDEST_REASON ? out.substring(0, WIDEST_REASON) + " ..." : out.toString();
    }

    // What cases expect.

    static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
    }

    static void equal(Object got, Object expected, String what) {
        if (!expected.equals(got)) {
            throw new AssertionError(what + ": expected " + expected + ", got " + got);
        }
    }
}
