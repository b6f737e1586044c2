import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * java Worlds SECONDS TIMES: what this JVM's trust manager makes of the questions of tests/support/worlds, each asked
 * several times, since it goes through its anchors in an order that differs from time to time. Exit 1 where it refuses
 * what we trust, and where we fail to say what it does in more than one question of twenty.
 */
public class Worlds {
    static boolean accepts(List<X509Certificate> chain, List<X509Certificate> trusted, Date now) throws Exception {
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        for (int i = 0; i < trusted.size(); i++)
            store.setCertificateEntry("entry" + i, trusted.get(i));
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(store, new X509CertSelector());
        parameters.setRevocationEnabled(false);
        parameters.setDate(now);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        try {
            ((X509TrustManager) factory.getTrustManagers()[0]).checkServerTrusted(
                chain.toArray(new X509Certificate[0]), "ECDHE_ECDSA");
            return true;
        } catch (CertificateException refused) {
            return false;
        }
    }

    static List<X509Certificate> pick(List<X509Certificate> world, String numbers) {
        List<X509Certificate> list = new ArrayList<>();
        for (String number : numbers.split(","))
            list.add(world.get(Integer.parseInt(number)));
        return list;
    }

    public static void main(String[] arguments) throws Exception {
        Date now = new Date(Long.parseLong(arguments[0]) * 1000);
        int times = Integer.parseInt(arguments[1]), asked = 0, sterner = 0, undecided = 0, accepted = 0, wrong = 0;
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        List<X509Certificate> world = new ArrayList<>();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("world"))
                world.clear();
            if (words[0].equals("certificate"))
                world.add((X509Certificate) factory.generateCertificate(
                    new ByteArrayInputStream(Base64.getDecoder().decode(words[1]))));
            if (!words[0].equals("question"))
                continue;
            int yes = 0;
            for (int i = 0; i < times; i++)
                yes += accepts(pick(world, words[1]), pick(world, words[2]), now) ? 1 : 0;
            asked++;
            accepted += yes == times ? 1 : 0;
            boolean trusted = words[3].equals("trusted"), open = words[3].equals("undetermined");
            undecided += open ? 1 : 0;
            sterner += !open && !trusted && yes > 0 ? 1 : 0;
            if (trusted && yes < times) {
                wrong++;
                System.out.println("accepted " + yes + " of " + times + " times: " + line);
            }
        }
        System.out.println(asked + " questions, " + accepted + " accepted; we are sterner in " + sterner
            + ", undecided in " + undecided + ", and trust too much in " + wrong);
        System.exit(wrong > 0 || (sterner + undecided) * 20 > asked || accepted * 20 < asked ? 1 : 0);
    }
}
