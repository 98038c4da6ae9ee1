import { mailBindingContract } from './binding.ts';

mailBindingContract('smtp', { atOnce: false, implicitTls: false, text: false });
mailBindingContract('nodemailer', { atOnce: true, implicitTls: true, text: true });
