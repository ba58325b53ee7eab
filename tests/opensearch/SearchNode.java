import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/**
 * A node of a cluster for tests, in a process of its own, on the loopback address only.
 *
 * <p>Arguments: its position, a folder for its data, and for each node of the cluster HTTP_PORT:TRANSPORT_PORT. It prints
 * READY when it answers, and stops when its standard input ends, so that no node outlives the tests that started it.
 */
public final class SearchNode extends Node {
    private static final String[] MODULES = {
        "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
        "org.opensearch.index.reindex.ReindexModulePlugin",
        "org.opensearch.painless.PainlessModulePlugin",
        "org.opensearch.percolator.PercolatorModulePlugin",
        "org.opensearch.transport.Netty4ModulePlugin",
    };

    private SearchNode(Settings settings, List<PluginInfo> modules) {
        super(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "node"), modules, false);
    }

    private static PluginInfo module(String name) {
        return new PluginInfo(name, "a module on the class path", "", Version.CURRENT, "21", name, null, List.of(), false);
    }

    private static Settings settings(int position, Path home, List<String[]> ports) {
        String[] own = ports.get(position);
        List<String> names = java.util.stream.IntStream.range(0, ports.size()).mapToObj(i -> "node-" + i).toList();
        return Settings.builder()
            .put("cluster.name", "sayso-" + ports.get(0)[1])
            .put("node.name", names.get(position))
            .put("path.home", home.toString())
            .put("network.host", "127.0.0.1")
            .put("http.type", "netty4").put("http.port", own[0])
            .put("transport.type", "netty4").put("transport.port", own[1])
            .put("node.store.allow_mmap", false)
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .putList("discovery.seed_hosts", ports.stream().map(one -> "127.0.0.1:" + one[1]).toList())
            .putList("cluster.initial_cluster_manager_nodes", names)
            .build();
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[1]).toAbsolutePath();
        Files.createDirectories(home.resolve("config"));
        List<String[]> ports = Arrays.stream(arguments).skip(2).map(pair -> pair.split(":")).toList();
        SearchNode node = new SearchNode(
            settings(Integer.parseInt(arguments[0]), home, ports), Arrays.stream(MODULES).map(SearchNode::module).toList());
        node.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node)));
        System.out.println("READY");
        System.out.flush();
        try (InputStream input = System.in) {
            while (input.read() >= 0) {
                // What is written to it means nothing.
            }
        }
        System.exit(0);
    }

    private static void stop(Node node) {
        try {
            node.close();
        } catch (IOException error) {
            System.err.println("the node cannot be stopped in order: " + error);
        }
    }
}
