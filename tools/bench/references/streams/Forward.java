// The router's job in Kafka Streams, the strongest reference we know: records are forwarded as bytes, with key, headers
// and timestamp untouched, to the topics that their type asks for. The key leads to the partition that it came from.
// Arguments: BROKERS GROUP INPUT STATE_FOLDER TYPE=TOPIC[,TOPIC]...
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

public final class Forward {
  private static final String THREADS = "2";

  public static void main(String[] arguments) {
    Map<String, List<String>> routes = new HashMap<>();
    for (String route : Arrays.copyOfRange(arguments, 4, arguments.length)) {
      int sign = route.indexOf('=');
      routes.put(route.substring(0, sign), List.of(route.substring(sign + 1).split(",")));
    }
    KafkaStreams streams = new KafkaStreams(topology(arguments[2], routes), settings(arguments));
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }

  private static Topology topology(String input, Map<String, List<String>> routes) {
    Topology topology = new Topology();
    topology.addSource("input", new ByteArrayDeserializer(), new ByteArrayDeserializer(), input);
    topology.addProcessor("router", () -> new Router(routes), "input");
    Set<String> outputs = new TreeSet<>();
    routes.values().forEach(outputs::addAll);
    for (String output : outputs) {
      topology.addSink(output, output, new ByteArraySerializer(), new ByteArraySerializer(), "router");
    }
    return topology;
  }

  private static Properties settings(String[] arguments) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[1]);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments[3]);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "1000");
    settings.put(StreamsConfig.producerPrefix("acks"), "all");
    settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    return settings;
  }

  /** Chooses the topics by one header. */
  private static final class Router implements Processor<byte[], byte[], byte[], byte[]> {
    private final Map<String, List<String>> routes;
    private ProcessorContext<byte[], byte[]> context;

    Router(Map<String, List<String>> routes) {
      this.routes = routes;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      this.context = context;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      Header type = record.headers().lastHeader("ce_type");
      if (type == null) return;
      String name = new String(type.value(), StandardCharsets.UTF_8);
      for (String output : routes.getOrDefault(name, List.of())) context.forward(record, output);
    }
  }
}
