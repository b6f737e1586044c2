import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * java Ask NAME: reads lines "PORT STORE.pem", connects to the port on loopback as NAME with the certificates of that
 * file as trust store, answers 1 or 0 a line, and leaves the same store as STORE.jks.
 */
public class Ask {
    static boolean accepts(int port, String name, KeyStore store) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(
                new Socket("127.0.0.1", port), name, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", 2);
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, null);
            int number = 0;
            try (InputStream pem = new FileInputStream(words[1])) {
                for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem))
                    store.setCertificateEntry("entry" + number++, one);
            } catch (CertificateException unreadable) {
                store.load(null, null);
            }
            try (OutputStream out = new FileOutputStream(words[1].replaceAll("pem$", "jks"))) {
                store.store(out, "changeit".toCharArray());
            }
            System.out.println(
                store.size() > 0 && accepts(Integer.parseInt(words[0]), arguments[0], store) ? 1 : 0);
        }
    }
}
