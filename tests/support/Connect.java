import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** java Connect PORT NAME: exit 0 when this JVM's trust settings accept the server on loopback as NAME. */
public class Connect {
    public static void main(String[] arguments) throws Exception {
        Socket plain = new Socket("127.0.0.1", Integer.parseInt(arguments[0]));
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, arguments[1], 443, true);
        SSLParameters parameters = socket.getSSLParameters();

        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        socket.close();
    }
}
