import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A partner's service in Java: calls the platform again and again, as its trust settings let it.
 *
 * <pre>java Service.java NAME PORT OUTCOMES</pre>
 *
 * Each round tries the addresses in /etc/platform with the default SSLContext of this process, and rewrites
 * OUTCOMES with what it makes of each chain: {"old": true, ...}.
 */
public class Service {
    public static void main(String[] arguments) throws Exception {
        Path outcomes = Path.of(arguments[2]), part = Path.of(arguments[2] + ".part");

        for (;;) {
            List<String> seen = new ArrayList<>();

            for (String line : Files.readAllLines(Path.of("/etc/platform"))) {
                String[] words = line.split(" ");

                seen.add("\"" + words[0] + "\": " + accepts(words[1], arguments[0], Integer.parseInt(arguments[1])));
            }
            Files.writeString(part, "{" + String.join(", ", seen) + "}");
            Files.move(part, outcomes, StandardCopyOption.ATOMIC_MOVE);
            Thread.sleep(2000);
        }
    }

    private static boolean accepts(String address, String name, int port) {
        try (Socket raw = new Socket()) {
            raw.connect(new InetSocketAddress(address, port), 5000);
            raw.setSoTimeout(5000);

            SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();

            try (SSLSocket tls = (SSLSocket) factory.createSocket(raw, name, port, true)) {
                SSLParameters parameters = tls.getSSLParameters();

                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                tls.setSSLParameters(parameters);
                tls.getOutputStream().write(("GET / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n").getBytes());
                return new String(tls.getInputStream().readNBytes(12)).equals("HTTP/1.1 200");
            }
        } catch (IOException problem) {
            return false;
        }
    }
}
