package musubi.interop;

import java.nio.file.Path;

/** Main TARGET [FILTER]: tries all transactions, prints a line for each case; exit 0 all passed, 1 something failed, 2 usage. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 1 || arguments.length > 2) {
            System.err.println("usage: Main TARGET [FILTER]");
            System.exit(2);
        }
        Target target = new Target(Path.of(arguments[0]));
        Report report = new Report(arguments.length > 1 ? arguments[1] : "");
        Wallet wallet = new Wallet(target);
        Inbox inbox = new Inbox(target);
        Neighbour neighbour = new Neighbour(target);
        try (Ipf ipf = new Ipf(target, wallet);
            NeighbourServer server = new NeighbourServer(target.port("neighbour.port"), wallet)) {
            ipf.camel().addRoutes(neighbour);
            ipf.camel().addRoutes(inbox);
            ipf.start();
            World world = new World(target, ipf);
            world.warmUp();
            DocumentCases.run(world, report);
            QueryCases.run(world, report);
            PatientCases.run(world, report);
            ChangeCases.run(world, report, inbox);
            GatewayCases.run(world, report);
            LaterCases.run(world, report, inbox);
            NeighbourCases.run(world, report, neighbour);
            NeighbourImageCases.run(world, report, neighbour);
            ImageCases.run(world, report);
            UserCases.run(world, report);
            AuditCases.run(world, report, wallet);
        }
        System.exit(report.done() ? 0 : 1);
    }
}
